package sluice.server;

import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.spi.ServerConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import sluice.api.Sweeper;
import sluice.wire.Link;

/**
 * A client's connection that speaks HTTP/2 (RFC 9113): frames are read on its thread, and each stream is served as a
 * connection of its own by a {@link DataConnection} over an {@link Http2Stream}. Decision 0071 says why.
 *
 * <p>{@code lock} guards the streams, their bodies and the windows; nothing is written under it.
 */
final class Http2Connection implements ServerConnection, Sweeper.Watched {
    /** Window of a stream that nobody has read from yet, and of the protocol's beginning, but for one byte. */
    static final int WINDOW_BYTES = 65_535;
    /** Window of a stream whose body is being read, and of the connection: five megabytes a second over 100 ms. */
    static final int RAISED_WINDOW_BYTES = 512 * 1024;
    /** Most streams of a connection at a time. */
    private static final int MAX_STREAMS = 128;
    /**
     * Those included whose end the client has seen, or made, and whose thread
     * is not done yet: a client that keeps to the limit must not be refused for them.
     */
    private static final int MAX_SERVED = 4 * MAX_STREAMS;

    /** Serves one stream to its end; it may take as long as it likes. */
    @FunctionalInterface
    interface Server {
        /** Closes {@code stream} at the end. */
        void serve(Link stream) throws InterruptedException;
    }

    private enum Leaving { NO, SOON, AT_ONCE }

    private final Link link;
    private final Http2Input input;
    private final Http2Writer writer;
    private final Server server;
    private final Gateway gateway;
    private final ConnectionLimits limits;
    private final OpenConnections open;
    private final Sweeper sweeper;
    private final LongSupplier clock;
    private final String remoteHost;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Integer, Http2Stream> streams = new HashMap<>();
    private int lastStreamId;
    private Leaving leaving = Leaving.NO;
    private boolean ended;
    private long sendWindow = WINDOW_BYTES;
    private long streamSendWindow = WINDOW_BYTES;
    private int receiveWindow = RAISED_WINDOW_BYTES;
    private int uncredited;
    private volatile long idleSinceNanos;

    Http2Connection(Link link, String remoteHost, Server server, Gateway gateway, ConnectionLimits limits, OpenConnections open,
            Sweeper sweeper, LongSupplier clock) {
        this.link = link;
        this.server = server;
        this.gateway = gateway;
        this.limits = limits;
        this.open = open;
        this.sweeper = sweeper;
        this.clock = clock;
        this.remoteHost = remoteHost;
        input = new Http2Input(link, this, limits.headBytes(), clock);
        writer = new Http2Writer(link, clock);
        idleSinceNanos = clock.getAsLong();
    }

    @Override
    public void handle(Limit ignored) {
        // One too many is told so by its streams, which are counted as connections too.
        open.enter(remoteHost);
        Sweeper.Registration registration = sweeper.watch(this);
        try {
            input.readPreface();
            writer.frame(Http2Writer.SETTINGS, 0, 0, settings());
            grant(0, RAISED_WINDOW_BYTES - WINDOW_BYTES);
            while (input.readFrame()) {
                afterFrame();
            }
        } catch (Http2Fault e) {
            sayGoodbye(e.code());
        } catch (IOException e) {
            // The client left, or does not read.
        } finally {
            endAll();
            registration.close();
            open.leave(remoteHost);
            link.close();
        }
    }

    private byte[] settings() {
        byte[] settings = new byte[3 * 6];
        put(settings, 0, Http2Input.MAX_CONCURRENT_STREAMS, MAX_STREAMS);
        put(settings, 6, Http2Input.MAX_HEADER_LIST_SIZE, limits.headBytes());
        put(settings, 12, Http2Input.ENABLE_PUSH, 0);
        return settings;
    }

    private static void put(byte[] settings, int at, int key, int value) {
        settings[at + 1] = (byte) key;
        settings[at + 2] = (byte) (value >>> 24);
        settings[at + 3] = (byte) (value >>> 16);
        settings[at + 4] = (byte) (value >>> 8);
        settings[at + 5] = (byte) value;
    }

    private void afterFrame() throws IOException {
        int credit;
        lock.lock();
        try {
            credit = consumed(0);
        } finally {
            lock.unlock();
        }
        grant(0, credit);
    }

    private void sayGoodbye(int code) {
        try {
            int last;
            lock.lock();
            try {
                last = lastStreamId;
                leaving = Leaving.AT_ONCE;
            } finally {
                lock.unlock();
            }
            writer.goAway(last, code);
            link.finishOutput();
        } catch (IOException e) {
            // Nobody listens.
        }
    }

    private void endAll() {
        lock.lock();
        try {
            ended = true;
            streams.values().forEach(Http2Stream::reset);
        } finally {
            lock.unlock();
        }
    }

    ReentrantLock lock() {
        return lock;
    }

    Http2Writer writer() {
        return writer;
    }

    /** Bytes that may be sent on any stream; under the lock. */
    long sendWindow() {
        return sendWindow;
    }

    /** Under the lock. */
    void takeSendWindow(int bytes) {
        sendWindow -= bytes;
    }

    /** Bytes of data were read, or given up; what the client may be granted for it. Under the lock. */
    int consumed(int bytes) {
        uncredited += bytes;
        if (uncredited < RAISED_WINDOW_BYTES / 2) {
            return 0;
        }
        int credit = uncredited;
        uncredited = 0;
        receiveWindow += credit;
        return credit;
    }

    /** Bytes of data that nobody will read; under the lock. */
    void unread(int bytes) {
        uncredited += bytes;
    }

    /** Widens the client's window. */
    void grant(int streamId, int bytes) throws IOException {
        if (bytes > 0) {
            writer.number(Http2Writer.WINDOW_UPDATE, streamId, bytes);
        }
    }

    /** A request has come; its stream is served from now on, or refused if there are too many. */
    void request(int streamId, Http2Request request, boolean endOfStream) throws IOException {
        boolean refused;
        lock.lock();
        try {
            lastStreamId = streamId;
            refused = leaving != Leaving.NO || streams.size() >= MAX_SERVED;
            if (!refused) {
                Http2Stream stream = new Http2Stream(this, streamId, request.head(endOfStream), request.length(), endOfStream,
                        request.method().equals("HEAD"), streamSendWindow);
                streams.put(streamId, stream);
                Thread.ofVirtual().name("h2-stream").start(() -> serve(stream));
            }
        } finally {
            lock.unlock();
        }
        if (refused) {
            resetStream(streamId, Http2Fault.REFUSED_STREAM);
        }
    }

    private void serve(Http2Stream stream) {
        try {
            server.serve(stream);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            remove(stream);
        }
    }

    private void remove(Http2Stream stream) {
        int credit;
        int farewell;
        boolean last;
        lock.lock();
        try {
            farewell = ended ? -1 : stream.farewell();
            credit = consumed(stream.discard());
            streams.remove(stream.id());
            idleSinceNanos = clock.getAsLong();
            last = streams.isEmpty() && leaving != Leaving.NO;
        } finally {
            lock.unlock();
        }
        try {
            if (farewell >= 0) {
                resetStream(stream.id(), farewell);
            }
            grant(0, credit);
            if (last) {
                link.finishOutput();
                link.close();
            }
        } catch (IOException e) {
            link.close();
        }
    }

    /** Ends a stream from our side. */
    void resetStream(int streamId, int code) throws IOException {
        writer.number(Http2Writer.RST_STREAM, streamId, code);
    }

    /** A stream broke a rule: it is ended, and the others go on. */
    void fault(Http2Fault fault) throws IOException {
        resetByPeer(fault.streamId());
        resetStream(fault.streamId(), fault.code());
    }

    /** The highest stream so far; on the connection's thread. */
    int lastStreamId() {
        lock.lock();
        try {
            return lastStreamId;
        } finally {
            lock.unlock();
        }
    }

    /** A stream that was faulty from its first frame counts as seen. */
    void seen(int streamId) {
        lock.lock();
        try {
            lastStreamId = Math.max(lastStreamId, streamId);
        } finally {
            lock.unlock();
        }
    }

    /** Whether the stream is being served. */
    boolean serves(int streamId) {
        lock.lock();
        try {
            return streams.containsKey(streamId);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Data has come.
     *
     * @param padding bytes of the frame beside its data
     */
    void data(int streamId, byte[] source, int offset, int count, int padding, boolean last) throws Http2Fault {
        lock.lock();
        try {
            receiveWindow -= count + padding;
            if (receiveWindow < 0) {
                throw new Http2Fault(Http2Fault.FLOW_CONTROL, "more data than the window allows");
            }
            unread(padding);
            Http2Stream stream = streams.get(streamId);
            if (stream == null) {
                unread(count);
            } else {
                stream.received(source, offset, count, padding, last);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The client has ended a stream; false if it was over anyway. */
    boolean resetByPeer(int streamId) {
        lock.lock();
        try {
            Http2Stream stream = streams.get(streamId);
            if (stream != null) {
                stream.reset();
            }
            return stream != null;
        } finally {
            lock.unlock();
        }
    }

    /** The client takes more data; stream 0: on all. */
    void windowUpdate(int streamId, int bytes) throws Http2Fault {
        lock.lock();
        try {
            if (streamId == 0) {
                sendWindow += bytes;
                if (sendWindow > Integer.MAX_VALUE) {
                    throw new Http2Fault(Http2Fault.FLOW_CONTROL, "a window that is too large");
                }
                streams.values().forEach(Http2Stream::wake);
            } else if (streams.containsKey(streamId) && !streams.get(streamId).widen(bytes)) {
                throw new Http2Fault(Http2Fault.FLOW_CONTROL, streamId, "a window that is too large");
            }
        } finally {
            lock.unlock();
        }
    }

    /** The client has set the window that each stream begins with. */
    void initialWindow(long bytes) throws Http2Fault {
        lock.lock();
        try {
            long change = bytes - streamSendWindow;
            streamSendWindow = bytes;
            for (Http2Stream stream : streams.values()) {
                if (!stream.widen(change)) {
                    throw new Http2Fault(Http2Fault.FLOW_CONTROL, "a window that is too large");
                }
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void sweep(long nowNanos) {
        if (writer.stalled(nowNanos, limits.stall().toNanos()) || input.late(nowNanos, limits.head().toNanos())) {
            link.close();
            return;
        }
        boolean leave;
        lock.lock();
        try {
            boolean idle = streams.isEmpty() && nowNanos - idleSinceNanos > idleNanos();
            leave = leaving == Leaving.NO && (idle || gateway.draining());
            if (leave) {
                leaving = Leaving.SOON;
            }
        } finally {
            lock.unlock();
        }
        if (leave) {
            Thread.startVirtualThread(this::leave);
        }
    }

    private long idleNanos() {
        long idle = limits.idle().toNanos();
        return open.crowded() ? Math.min(idle, DataConnection.CROWDED_IDLE.toNanos()) : idle;
    }

    /** Takes no more streams; ends the connection once those under way have ended. */
    private void leave() {
        try {
            writer.goAway(lastStreamId(), Http2Fault.NO_ERROR);
            boolean last;
            lock.lock();
            try {
                last = streams.isEmpty();
            } finally {
                lock.unlock();
            }
            if (last) {
                link.finishOutput();
                link.close();
            }
        } catch (IOException e) {
            link.close();
        }
    }

    @Override
    public Duration idleTime() {
        return Duration.ZERO;
    }

    @Override
    public void close(boolean interrupt) {
        boolean idle;
        lock.lock();
        try {
            idle = streams.isEmpty();
        } finally {
            lock.unlock();
        }
        if (interrupt || idle) {
            link.close();
        }
    }
}
