package sluice.simulator;

import java.util.HexFormat;
import java.util.SplittableRandom;

/** Identifiers as the API makes them: a prefix and random hexadecimal digits. Thread-safe. */
final class Ids {
    private final SplittableRandom random;

    Ids(long seed) {
        random = new SplittableRandom(seed);
    }

    /** 48 digits, as those of a response. */
    String next(String prefix) {
        StringBuilder id = new StringBuilder(prefix.length() + 48).append(prefix);
        synchronized (random) {
            for (int i = 0; i < 3; i++) {
                HexFormat.of().toHexDigits(id, (byte) random.nextInt());
                id.append(HexFormat.of().toHexDigits(random.nextLong()), 2, 16);
            }
        }
        return id.toString();
    }
}
