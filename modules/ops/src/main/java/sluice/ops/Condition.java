package sluice.ops;

import java.time.Instant;
import java.util.Map;

/**
 * How the process itself is.
 *
 * @param version of Sluice
 * @param listening whether the data port takes connections
 * @param reloadRefused whether the file that was read last is not in force, because it is wrong
 * @param certificateEnds when the certificate of a port begins to be refused: of {@code data} and {@code admin}, those that have one
 */
public record Condition(String version, boolean listening, boolean reloadRefused, Map<String, Instant> certificateEnds) {
    /** Copies the map. */
    public Condition {
        certificateEnds = Map.copyOf(certificateEnds);
    }

    /** The version of this Sluice; {@code development} outside of an image. */
    public static String thisVersion() {
        return Condition.class.getModule().getDescriptor() == null ? "development"
                : Condition.class.getModule().getDescriptor().rawVersion().orElse("development");
    }
}
