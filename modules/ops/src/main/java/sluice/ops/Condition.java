package sluice.ops;

import java.time.Instant;

/**
 * How the process itself is.
 *
 * @param version of Sluice
 * @param listening whether the data port takes connections
 * @param reloadRefused whether the file that was read last is not in force, because it is wrong
 * @param certificateEnds when clients begin to refuse the data port's certificate; {@link Instant#MAX}: there is none
 */
public record Condition(String version, boolean listening, boolean reloadRefused, Instant certificateEnds) {
    /** The version of this Sluice; {@code development} outside of an image. */
    public static String thisVersion() {
        return Condition.class.getModule().getDescriptor() == null ? "development"
                : Condition.class.getModule().getDescriptor().rawVersion().orElse("development");
    }
}
