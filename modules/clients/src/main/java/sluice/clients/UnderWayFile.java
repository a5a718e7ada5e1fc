package sluice.clients;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The requests under way, in a file that is mapped into memory: what is written there outlives the process, however it ends, without
 * a call of the system. The process that has it holds its lock, so that who finds the file without one knows that its process is
 * gone. It grows with the requests that are under way at once. Thread-safe once it has begun; {@code growing} guards that, and is held
 * for one piece of the file.
 */
final class UnderWayFile implements AutoCloseable {
    /** Bytes before the first slot: whose they are. */
    private static final int HEAD_BYTES = 4096;
    private static final long MAGIC = 0x31796177_72646e75L; // "undrway1"
    private static final int SLOTS = 512;
    /** More requests than one process has at a time. */
    private static final int MOST_CHUNKS = 64;
    private static final int CHUNK_BYTES = SLOTS * UnderWaySlot.BYTES;

    private final Path file;
    private final FileChannel channel;
    private final MappedByteBuffer head;
    private final String former;
    private final List<UnderWaySlot.Left> left = new ArrayList<>();
    private final ByteBuffer[] chunks = new ByteBuffer[MOST_CHUNKS];
    private final FreeSlots free = new FreeSlots(MOST_CHUNKS * SLOTS);
    private final AtomicLong tickets = new AtomicLong();
    private final ReentrantLock growing = new ReentrantLock();
    private int grown;
    /** The disk has no more room. */
    private boolean full;
    private String writer = "";

    private UnderWayFile(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        long size = channel.size();
        fill(0, HEAD_BYTES);
        head = channel.map(FileChannel.MapMode.READ_WRITE, 0, HEAD_BYTES);
        head.order(ByteOrder.LITTLE_ENDIAN);
        boolean known = size >= HEAD_BYTES && head.getLong(0) == MAGIC;
        former = known ? Long.toHexString(head.getLong(8)) : "";
        if (known) {
            for (int i = 0; i < MOST_CHUNKS && size >= HEAD_BYTES + (i + 1L) * CHUNK_BYTES; i++) {
                read(channel.map(FileChannel.MapMode.READ_ONLY, HEAD_BYTES + (long) i * CHUNK_BYTES, CHUNK_BYTES));
            }
        }
    }

    /**
     * Opens a file, unless a process that runs has it.
     *
     * @throws IOException if it cannot be had, because of its folder or its disk
     */
    static Optional<UnderWayFile> open(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock(0, 1, false);
            if (lock != null) {
                return Optional.of(new UnderWayFile(file, channel));
            }
        } catch (OverlappingFileLockException e) {
            // another gateway of this process has it
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        channel.close();
        return Optional.empty();
    }

    private void read(ByteBuffer slots) {
        for (int at = 0; at < CHUNK_BYTES; at += UnderWaySlot.BYTES) {
            if (!UnderWaySlot.isFree(slots, at)) {
                left.add(UnderWaySlot.read(slots, at));
            }
        }
    }

    Path file() {
        return file;
    }

    /** The process that had it before; empty without one. */
    String former() {
        return former;
    }

    /** What that process left. */
    List<UnderWaySlot.Left> left() {
        return left;
    }

    /** What was left is kept elsewhere: the file is this process's now. */
    void begin() throws IOException {
        left.clear();
        channel.truncate(HEAD_BYTES + CHUNK_BYTES);
        long id = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
        writer = Long.toHexString(id);
        grow();
        head.putLong(8, id);
        head.putLong(0, MAGIC);
    }

    /** What was left is kept elsewhere, and nobody has the file. */
    void clear() throws IOException {
        left.clear();
        head.putLong(0, 0);
        channel.truncate(HEAD_BYTES);
    }

    /** This process, in lines. */
    String writer() {
        return writer;
    }

    /** Space is taken before it is mapped: mapped memory that the disk has no room for would end the process. */
    private void fill(long from, int bytes) throws IOException {
        long size = channel.size();
        if (size < from + bytes) {
            ByteBuffer zeros = ByteBuffer.allocate((int) (from + bytes - size));
            while (zeros.hasRemaining()) {
                channel.write(zeros, size + zeros.position());
            }
        }
    }

    private void grow() throws IOException {
        long from = HEAD_BYTES + (long) grown * CHUNK_BYTES;
        fill(from, CHUNK_BYTES);
        chunks[grown] = channel.map(FileChannel.MapMode.READ_WRITE, from, CHUNK_BYTES);
        int first = grown * SLOTS;
        grown++;
        for (int i = first + SLOTS - 1; i >= first; i--) {
            if (!UnderWaySlot.isFree(chunks[i / SLOTS], at(i))) {
                UnderWaySlot.free(chunks[i / SLOTS], at(i));
            }
            free.give(i);
        }
    }

    /** A slot for one more request; {@link FreeSlots#NONE} if the disk has no room for it. */
    int take() {
        int slot = free.take();
        while (slot == FreeSlots.NONE && hasGrown()) {
            slot = free.take();
        }
        return slot;
    }

    /** Makes room where there is none. What is written here goes to the system's memory, and waits for no disk. */
    private boolean hasGrown() {
        growing.lock();
        try {
            if (free.isEmpty() && grown < MOST_CHUNKS && !full) {
                grow();
            }
            return !free.isEmpty();
        } catch (IOException e) {
            full = true;
            System.getLogger("sluice.clients").log(System.Logger.Level.WARNING,
                    "more than " + grown * SLOTS + " requests under way cannot be written down: " + e);
            return false;
        } finally {
            growing.unlock();
        }
    }

    /** The number of one more request. */
    long ticket() {
        return tickets.incrementAndGet();
    }

    /** The slots among which a slot is. */
    ByteBuffer slots(int slot) {
        return chunks[slot / SLOTS];
    }

    /** Where among them. */
    static int at(int slot) {
        return slot % SLOTS * UnderWaySlot.BYTES;
    }

    /** What was in a slot is kept elsewhere. */
    void give(int slot) {
        UnderWaySlot.free(slots(slot), at(slot));
        free.give(slot);
    }

    /** The process ends, and has kept everything. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
