package sluice.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file that the configuration names and somebody else has written. Who reads one asks here first: reading a pipe waits for somebody to
 * write, a device may have no end, and meanwhile no change of the configuration would be heard. Stateless.
 */
public final class InputFile {
    /**
     * A file of twenty thousand accounts, or ten times the prices that a community keeps; anything larger is a mistake, and might not fit
     * into the heap of a gateway that runs.
     */
    public static final long MAX_BYTES = 16L << 20;

    private InputFile() {
    }

    /**
     * Why {@code file} is not read, as the rest of a sentence about it; empty if it can be.
     *
     * @param maxBytes whole KiB
     * @throws IOException if it is not there, or nothing can be said of it
     */
    public static Optional<String> refused(Path file, long maxBytes) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            return Optional.of("is not a regular file");
        }
        if (Files.size(file) > maxBytes) {
            return Optional.of("is larger than " + (maxBytes >> 20 > 0 ? (maxBytes >> 20) + " MiB" : (maxBytes >> 10) + " KiB"));
        }
        return Optional.empty();
    }
}
