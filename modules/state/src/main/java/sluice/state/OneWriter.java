package sluice.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;

/** That one process at a time exchanges the state with its file. The system ends it with the process. Confined to one thread. */
final class OneWriter {
    private static final int TRIES = 1000;
    private static final long PAUSE_NANOS = 5_000_000;

    private final Path file;

    /** For the state in {@code state}; the lock is on a file beside it, for the state itself is replaced at each save. */
    OneWriter(Path state) {
        file = state.resolveSibling(state.getFileName() + ".lock");
    }

    /** What is done while nobody else does it. */
    @FunctionalInterface
    interface Work {
        void run() throws IOException;
    }

    /**
     * Waits until no other process does it, and does it.
     *
     * @throws IOException if the folder cannot be written, or the work fails
     */
    void hold(Work work) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (int i = 0; i < TRIES; i++) {
                if (has(channel)) {
                    work.run();
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
            return false; // another state of this process
        } catch (IOException e) {
            return true; // a file system without locks: the last save of two at the same moment wins there
        }
    }
}
