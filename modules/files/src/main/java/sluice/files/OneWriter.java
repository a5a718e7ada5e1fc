package sluice.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;

/** That one process at a time writes a file. The system ends it with the process. Confined to one thread. */
public final class OneWriter {
    /** Five seconds: writing takes far less, and who waits has other things to do. */
    private static final int TRIES = 5000;
    private static final long PAUSE_NANOS = 1_000_000;

    private final Path file;

    /** Of {@code written}; the lock is on a file beside it, for the file itself may be exchanged. */
    public OneWriter(Path written) {
        file = written.resolveSibling(written.getFileName() + ".lock");
    }

    /** What is done while nobody else does it. */
    @FunctionalInterface
    public interface Work {
        /** Does it. */
        void run() throws IOException;
    }

    /**
     * Waits until no other process does it, and does it.
     *
     * @throws IOException if the folder cannot be written, or the work fails
     */
    public void hold(Work work) throws IOException {
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
            return false; // another gateway of this process
        } catch (IOException e) {
            return true; // a file system without locks: a restart there must not hand over
        }
    }
}
