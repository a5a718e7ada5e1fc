package sluice.server;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * What the process holds at a moment.
 *
 * @param threads virtual threads that have not ended
 * @param sockets open ones; 0 where there is no {@code /proc}
 */
record Leftovers(int threads, int sockets) {
    /** Looks at the process before it is said that something was left; each is a millisecond. */
    private static final int MAX_LOOKS = 10_000;

    static Leftovers now() throws IOException {
        Path file = Files.createTempFile("threads", ".txt");
        Files.delete(file);
        try {
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpThreads(file.toString(),
                    HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
            try (Stream<String> lines = Files.lines(file)) {
                return new Leftovers((int) lines.filter(line -> line.startsWith("#") && line.contains("\" virtual")
                        && !line.contains("Read-Poller") && !line.contains("Write-Poller")).count(), openSockets());
            }
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static int openSockets() throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return 0;
        }
        int count = 0;
        try (Stream<Path> all = Files.list(descriptors)) {
            for (Path one : all.toList()) {
                try {
                    count += Files.readSymbolicLink(one).toString().startsWith("socket:") ? 1 : 0;
                } catch (IOException e) {
                    // It was closed in this moment.
                    continue;
                }
            }
        }
        return count;
    }

    /** What is left when no more than {@code this} is, or after many looks. */
    Leftovers awaitNoMore() throws IOException {
        Leftovers seen = now();
        for (int i = 0; i < MAX_LOOKS / 10 && (seen.threads > threads || seen.sockets > sockets); i++) {
            LockSupport.parkNanos(10_000_000);
            seen = now();
        }
        return new Leftovers(Math.max(0, seen.threads - threads), Math.max(0, seen.sockets - sockets));
    }

    static final Leftovers NONE = new Leftovers(0, 0);
}
