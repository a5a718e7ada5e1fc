package sluice.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How many clients the process can serve with the files that it may have open. Each request may hold a connection to its client
 * and one to an account; and whoever comes must find one left, or he is not even refused.
 *
 * @param most files that may be open at a time, as the operating system says; {@link Integer#MAX_VALUE} if it does not
 */
public record OpenFiles(int most) {
    /** As many as anybody could want. */
    static final OpenFiles UNLIMITED = new OpenFiles(Integer.MAX_VALUE);
    /** The image, the log, the ledger, event loops, the admin port and its readers. */
    private static final int OTHERS = 512;
    /** Connections above the limit that are open at a time to be told so. */
    private static final int REFUSED = 1000;
    /** Share of the rest for clients, and again for accounts; what is left is for connections to accounts that wait idle. */
    private static final int PERCENT = 45;

    /** Those of this process. */
    public static OpenFiles ofThisProcess() {
        try {
            return parse(Files.readString(Path.of("/proc/self/limits")));
        } catch (IOException e) {
            return UNLIMITED;
        }
    }

    /** Reads the soft limit out of the text of {@code /proc/self/limits}. */
    static OpenFiles parse(String limits) {
        return new OpenFiles(limits.lines().filter(line -> line.startsWith("Max open files"))
                .map(line -> line.split("\\s{2,}")[1]).filter(soft -> soft.matches("\\d{1,9}")).mapToInt(Integer::parseInt)
                .findFirst().orElse(Integer.MAX_VALUE));
    }

    /** Connections that may be open beyond their limit, until they have been told so. */
    public int refused() {
        return Math.min(REFUSED, most / 16);
    }

    /** Most connections of clients, and most requests at a time; 1 or more. */
    long room() {
        long rest = (long) most - Math.min(OTHERS, most / 8) - refused();
        return Math.max(1, rest * PERCENT / 100);
    }

    /** Most connections to all accounts together that wait for a next request: what clients and accounts leave; 1 or more. */
    public int idle() {
        long rest = (long) most - Math.min(OTHERS, most / 8) - refused();
        return Math.max(1, (int) Math.min(Integer.MAX_VALUE, rest - 2 * room()));
    }

    /** Most connections of the admin port; 4 or more. They are open files of the kind that neither clients nor accounts count. */
    public int admin() {
        return Math.max(4, Math.min(OTHERS, most / 8) / 4);
    }
}
