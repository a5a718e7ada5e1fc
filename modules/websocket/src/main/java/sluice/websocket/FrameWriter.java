package sluice.websocket;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import sluice.api.OutboundBody;
import sluice.net.Link;

/**
 * Writes frames (RFC 6455 §5), masked where we are the client. Thread-safe.
 *
 * <p>The lock guards the link: a message is written whole under it. A control frame never waits for it, because the thread
 * that receives sends pongs: if it waited for a writer that waits for the peer, and the peer for it, nothing would move again.
 * Instead the frame is left for the writer, who sends it as soon as its message is out.
 */
final class FrameWriter {
    /** Most bytes per write of a message that is copied on its way. */
    private static final int CHUNK_BYTES = 64 * 1024;
    /** Most bytes of messages that wait for each other. */
    private static final int BATCH_BYTES = 16 * 1024;
    /** What is kept of the place where they wait; most connections are idle. */
    private static final int KEEP_BATCH_BYTES = 2 * 1024;
    private static final byte[] NONE = {};
    private static final int FIN = 0x80;
    private static final int MASKED = 0x80;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int KEY_BYTES = 4;

    private static final Control NOTHING = new Control(new byte[0], false);

    /** A control frame that waits for its turn. */
    private record Control(byte[] frame, boolean close) { }

    private final Link link;
    private final boolean masks;
    private final IntSupplier maskKeys;
    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicReference<Control> waiting = new AtomicReference<>(NOTHING);
    private final AtomicBoolean closing = new AtomicBoolean();
    /** Guarded by {@link #lock}. */
    private boolean closeWritten;
    /** Frames that wait for the next one. Guarded by {@link #lock}. */
    private byte[] batch = NONE;
    private int batched;

    private FrameWriter(Link link, boolean masks, IntSupplier maskKeys) {
        this.link = link;
        this.masks = masks;
        this.maskKeys = maskKeys;
    }

    /** For a client, which masks what it writes (RFC 6455 §5.3). */
    static FrameWriter masking(Link link, IntSupplier keys) {
        return new FrameWriter(link, true, keys);
    }

    /** For a server. */
    static FrameWriter plain(Link link) {
        return new FrameWriter(link, false, () -> 0);
    }

    /**
     * Sends {@code buffer[offset, offset + length)} as one frame in one write, in place: the bytes before {@code offset}, at
     * least {@link MessageInput#HEADER_BYTES}, are overwritten, and so is the payload where we mask.
     */
    void sendInPlace(int opcode, byte[] buffer, int offset, int length) throws IOException {
        int start = offset - headerBytes(length);
        int key = header(opcode, length, buffer, start);
        if (masks) {
            FrameMask.apply(buffer, offset, buffer, offset, length, key, 0);
        }
        locked(() -> link.write(buffer, start, offset + length - start));
    }

    /** Sends a body as one frame, copied in chunks and masked on the way where we mask. */
    void send(int opcode, OutboundBody body) throws IOException {
        byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, body.length() + MessageInput.HEADER_BYTES)];
        int key = header(opcode, body.length(), chunk, 0);
        ChunkStream out = new ChunkStream(chunk, headerBytes(body.length()), key);
        locked(() -> {
            body.writeTo(out);
            out.flush();
        });
    }

    /** Takes a message as one frame that goes out with the next one, or with {@link #flush}. */
    void sendLater(int opcode, byte[] source, int offset, int length) throws IOException {
        int needed = headerBytes(length) + length;
        if (needed > BATCH_BYTES) {
            send(opcode, OutboundBody.of(source, offset, length));
            return;
        }
        lock.lock();
        try {
            if (closing.get()) {
                throw new IOException("the WebSocket is closing");
            }
            if (batched + needed > BATCH_BYTES) {
                writeBatch();
            }
            if (batched + needed > batch.length) {
                batch = Arrays.copyOf(batch, Math.min(BATCH_BYTES, Math.max(2 * batch.length, batched + needed)));
            }
            int key = header(opcode, length, batch, batched);
            batched += headerBytes(length);
            FrameMask.apply(source, offset, batch, batched, length, key, 0);
            batched += length;
        } finally {
            lock.unlock();
        }
    }

    /** Sends what waits for the next message; false if nothing does. */
    boolean flush() throws IOException {
        lock.lock();
        boolean any;
        try {
            any = batched > 0;
            writeBatch();
        } finally {
            lock.unlock();
        }
        sendWaiting();
        return any;
    }

    private void writeBatch() throws IOException {
        if (batched > 0) {
            int length = batched;
            batched = 0;
            link.write(batch, 0, length);
            if (batch.length > KEEP_BATCH_BYTES) {
                batch = NONE;
            }
        }
    }

    /** Sends a control frame as soon as no message is being written; does not wait. After a close frame, does nothing. */
    void control(int opcode, byte[] payload) throws IOException {
        byte[] frame = new byte[headerBytes(payload.length) + payload.length];
        int key = header(opcode, payload.length, frame, 0);
        FrameMask.apply(payload, 0, frame, frame.length - payload.length, payload.length, key, 0);
        boolean close = opcode == MessageInput.OPCODE_CLOSE;
        if (close && !closing.compareAndSet(false, true)) {
            return;
        }
        // A pong that still waits gives way to the next one: RFC 6455 §5.5.3 asks to answer the latest ping only.
        Control control = new Control(frame, close);
        waiting.updateAndGet(before -> before.close ? before : control);
        sendWaiting();
    }

    /** Waits until the message that is being written is out, and what waited behind it. */
    void drain() throws IOException {
        lock.lock();
        try {
            writeWaiting();
        } finally {
            lock.unlock();
        }
    }

    private interface Writing {
        void run() throws IOException;
    }

    private void locked(Writing writing) throws IOException {
        lock.lock();
        try {
            if (closing.get()) {
                throw new IOException("the WebSocket is closing");
            }
            writeBatch();
            writing.run();
        } finally {
            lock.unlock();
        }
        try {
            sendWaiting();
        } catch (IOException e) {
            // The message is out, and must not be reported as unsent. That the link is broken, the receiver finds out.
        }
    }

    /** Whoever leaves a control frame and whoever frees the lock looks here, so that one of them sees the other's work. */
    private void sendWaiting() throws IOException {
        while (waiting.get() != NOTHING && lock.tryLock()) {
            try {
                writeWaiting();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Under the lock. */
    private void writeWaiting() throws IOException {
        Control control = waiting.getAndSet(NOTHING);
        if (control != NOTHING && !closeWritten) {
            writeBatch();
            closeWritten = control.close;
            link.write(control.frame, 0, control.frame.length);
        }
    }

    private int headerBytes(long length) {
        int base = length < LENGTH_16 ? 2 : length <= 0xFFFF ? 4 : 10;
        return masks ? base + KEY_BYTES : base;
    }

    /** Writes the header; returns the masking key, 0 where we do not mask. */
    private int header(int opcode, long length, byte[] target, int at) {
        int masked = masks ? MASKED : 0;
        int i = at;
        target[i++] = (byte) (FIN | opcode);
        if (length < LENGTH_16) {
            target[i++] = (byte) (masked | (int) length);
        } else {
            boolean wide = length > 0xFFFF;
            target[i++] = (byte) (masked | (wide ? LENGTH_64 : LENGTH_16));
            for (int shift = wide ? 56 : 8; shift >= 0; shift -= Byte.SIZE) {
                target[i++] = (byte) (length >>> shift);
            }
        }
        if (!masks) {
            return 0;
        }
        int key = maskKeys.getAsInt();
        for (int k = 0; k < KEY_BYTES; k++) {
            target[i++] = (byte) (key >>> k * Byte.SIZE);
        }
        return key;
    }

    /** Gathers a message behind its header in chunks. */
    private final class ChunkStream extends OutputStream {
        private final byte[] chunk;
        private final int key;
        private int used;
        private long position;

        private ChunkStream(byte[] chunk, int used, int key) {
            this.chunk = chunk;
            this.used = used;
            this.key = key;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            int done = 0;
            while (done < length) {
                if (used == chunk.length) {
                    flush();
                }
                int count = Math.min(length - done, chunk.length - used);
                if (!masks) {
                    System.arraycopy(source, offset + done, chunk, used, count);
                } else {
                    FrameMask.apply(source, offset + done, chunk, used, count, key, position);
                }
                used += count;
                position += count;
                done += count;
            }
        }

        @Override
        public void flush() throws IOException {
            link.write(chunk, 0, used);
            used = 0;
        }
    }
}
