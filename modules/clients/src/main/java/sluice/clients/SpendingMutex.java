package sluice.clients;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;

/** That one process at a time writes a file. The system ends it with the process. Confined to one thread. */
final class SpendingMutex {
    private static final int TRIES = 1000;
    private static final long PAUSE_NANOS = 1_000_000;

    private final Path file;

    /** A mutex beside {@code sums}. */
    SpendingMutex(Path sums) {
        file = sums.resolveSibling(sums.getFileName() + ".lock");
    }

    /** What is done while nobody else writes. */
    @FunctionalInterface
    interface Writing {
        /** Writes. */
        void run() throws IOException;
    }

    /**
     * Waits until no other process writes, and writes.
     *
     * @throws IOException if the folder cannot be written, or {@code writing} fails
     */
    void hold(Writing writing) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (int i = 0; i < TRIES; i++) {
                if (has(channel)) {
                    writing.run();
                    return;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        throw new IOException(file + " is held by another process");
    }

    private static boolean has(FileChannel channel) {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            // another gateway of this process writes
            return false;
        } catch (IOException e) {
            // A file system without locks: a restart there must not hand over.
            return true;
        }
    }
}
