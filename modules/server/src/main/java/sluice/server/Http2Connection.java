package sluice.server;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import sluice.api.Decision;
import sluice.api.Sweeper;
import sluice.net.Link;

/**
 * A client's connection that speaks HTTP/2 (RFC 9113): frames are read on its thread and judged by {@link FrameRules}, and each stream is
 * served as a connection of its own by a {@link DataConnection}. Decision 0071 says why.
 *
 * <p>{@code lock} guards the streams, their bodies and the windows; nothing is written under it.
 */
final class Http2Connection implements ClientConnection, Sweeper.Watched {
    /** How long a client may go on with a request that has its answer, before it is told to stop. */
    private static final Duration AFTER_ANSWER = Duration.ofSeconds(1);
    /** A stalled answer's own limit comes first, for it says why. */
    private static final Duration AFTER_STALL = Duration.ofSeconds(1);
    /** Time for a client to see a goodbye, and to close. Closing over bytes that nobody has read would take it away. */
    private static final Duration LINGER = Duration.ofMillis(500);
    private static final int LINGER_BYTES = 1024 * 1024;

    /** Serves one stream to its end; it may take as long as it likes. */
    @FunctionalInterface
    interface Server {
        /** Closes {@code stream} at the end. */
        void serve(Link stream) throws InterruptedException;
    }

    private enum Leaving { NO, SOON, AT_ONCE }

    private final Link link;
    private final FrameInput input;
    private final FrameOutput output;
    private final FrameRules rules;
    private final Calm calm;
    private final Server server;
    private final Gateway gateway;
    private final ConnectionLimits limits;
    private final OpenConnections open;
    private final Sweeper sweeper;
    private final LongSupplier clock;
    private final String remoteHost;
    private final BodyMemory memory;
    private final ReentrantLock lock = new ReentrantLock();
    private final StreamTable streams = new StreamTable();
    private final SharedWindow sendWindow = new SharedWindow();
    private Leaving leaving = Leaving.NO;
    private long streamSendWindow = Frames.WINDOW_BYTES;
    private int receiveWindow = Frames.WINDOW_BYTES;
    private int uncredited;
    /** Whether a body was read: somebody has been let in, and may send more at a time. */
    private boolean raised;
    private volatile long idleSinceNanos;
    /** Since when the connection waits for the client to close it; 0: it does not. */
    private volatile long lingersSinceNanos;

    Http2Connection(Link link, String remoteHost, Server server, Gateway gateway, ConnectionLimits limits, OpenConnections open,
            BodyMemory memory, Sweeper sweeper, LongSupplier clock) {
        this.link = link;
        this.server = server;
        this.gateway = gateway;
        this.limits = limits;
        this.open = open;
        this.memory = memory;
        this.sweeper = sweeper;
        this.clock = clock;
        this.remoteHost = remoteHost;
        calm = new Calm(clock.getAsLong());
        input = new FrameInput(link, clock);
        output = new FrameOutput(link, clock);
        rules = new FrameRules(input, this, limits.headBytes(), calm, clock);
        idleSinceNanos = clock.getAsLong();
    }

    @Override
    public void serve() {
        // One too many is told so by its first stream, which is counted as a connection too.
        boolean tooMany = open.enter(remoteHost).isPresent();
        Sweeper.Registration registration = sweeper.watch(this);
        try {
            converse(tooMany);
        } catch (IOException e) {
            // The client left, or does not read.
        } finally {
            endAll();
            registration.close();
            open.leave(remoteHost);
            link.close();
        }
    }

    private void converse(boolean tooMany) throws IOException {
        try {
            input.readPreface();
            output.frame(Frames.SETTINGS, 0, 0, settings());
            while (input.next()) {
                rules.handle();
                if (tooMany && lastStreamId() > 0) {
                    leave();
                }
            }
        } catch (Http2Fault e) {
            endAll();
            output.goAway(lastStreamId(), e.code());
            lingersSinceNanos = clock.getAsLong();
            input.waste(LINGER_BYTES);
        }
        link.finishOutput();
    }

    private byte[] settings() {
        byte[] settings = new byte[2 * Frames.SETTING_BYTES];
        put(settings, 0, Frames.MAX_CONCURRENT_STREAMS, StreamTable.MAX_OPEN);
        put(settings, Frames.SETTING_BYTES, Frames.MAX_HEADER_LIST_SIZE, limits.headBytes());
        return settings;
    }

    private static void put(byte[] settings, int at, int key, int value) {
        settings[at + 1] = (byte) key;
        settings[at + 2] = (byte) (value >>> 24);
        settings[at + 3] = (byte) (value >>> 16);
        settings[at + 4] = (byte) (value >>> 8);
        settings[at + 5] = (byte) value;
    }

    private void endAll() {
        lock.lock();
        try {
            leaving = Leaving.AT_ONCE;
            for (Http2Stream stream : streams.all()) {
                stream.reset(true);
                stream.discard();
            }
        } finally {
            lock.unlock();
        }
    }

    ReentrantLock lock() {
        return lock;
    }

    FrameOutput output() {
        return output;
    }

    Calm calm() {
        return calm;
    }

    long now() {
        return clock.getAsLong();
    }

    /** What may be sent on all streams; under the lock. */
    SharedWindow sendWindow() {
        return sendWindow;
    }

    /** Bytes of a body were read; what the client may be granted for it. Under the lock. */
    int bodyRead(int bytes) {
        if (!raised) {
            raised = true;
            uncredited += StreamBody.RAISED_WINDOW_BYTES - Frames.WINDOW_BYTES;
        }
        return credit(bytes);
    }

    /** Bytes of data were read, or given up; what the client may be granted for it. Under the lock. */
    int credit(int bytes) {
        uncredited += bytes;
        if (uncredited < (raised ? StreamBody.RAISED_WINDOW_BYTES : Frames.WINDOW_BYTES) / 2) {
            return 0;
        }
        int credit = uncredited;
        uncredited = 0;
        receiveWindow += credit;
        return credit;
    }

    /** Widens the client's window. */
    void grant(int streamId, int bytes) throws IOException {
        if (bytes > 0) {
            output.number(Frames.WINDOW_UPDATE, streamId, bytes);
        }
    }

    /** The highest stream so far. */
    private int lastStreamId() {
        lock.lock();
        try {
            return streams.lastId();
        } finally {
            lock.unlock();
        }
    }

    // What the frames mean; by the connection's thread.

    StreamTable.State state(int streamId) {
        lock.lock();
        try {
            return streams.state(streamId);
        } finally {
            lock.unlock();
        }
    }

    /** A stream was opened; it may be faulty. */
    void seen(int streamId) {
        lock.lock();
        try {
            streams.seen(streamId);
        } finally {
            lock.unlock();
        }
    }

    /** A request has come; its stream is served from now on, or refused if there are too many. False if it is refused. */
    boolean request(int streamId, RequestFields request, boolean endOfStream) throws IOException {
        byte[] head = request.head(endOfStream);
        lock.lock();
        try {
            if (leaving == Leaving.NO && !streams.full()) {
                Http2Stream stream = new Http2Stream(this, streamId, new StreamBody(streamId, request.length(), memory), endOfStream,
                        streamSendWindow);
                streams.add(stream);
                Link stand = new StreamLink(stream, head, request.chunked(endOfStream), request.method().equals("HEAD"));
                Thread.ofVirtual().name("h2-stream").start(() -> serve(stream, stand));
                return true;
            }
            streams.refused(streamId);
        } finally {
            lock.unlock();
        }
        output.number(Frames.RST_STREAM, streamId, Http2Fault.REFUSED_STREAM);
        return false;
    }

    /** A stream broke a rule: it is ended, and the others go on. */
    void fault(Http2Fault fault) throws IOException {
        int credit = 0;
        lock.lock();
        try {
            Http2Stream stream = streams.open(fault.streamId());
            if (stream == null) {
                streams.refused(fault.streamId());
            } else {
                stream.reset(true);
                credit = credit(stream.discard());
            }
        } finally {
            lock.unlock();
        }
        output.number(Frames.RST_STREAM, fault.streamId(), fault.code());
        grant(0, credit);
    }

    /** The client has ended a stream; false if it was over anyway, or has its answer. */
    boolean resetByPeer(int streamId) throws IOException {
        int credit;
        boolean underWay;
        lock.lock();
        try {
            Http2Stream stream = streams.open(streamId);
            if (stream == null) {
                return false;
            }
            underWay = stream.reset(false);
            credit = credit(stream.discard());
        } finally {
            lock.unlock();
        }
        grant(0, credit);
        return underWay;
    }

    /**
     * Data has come.
     *
     * @param padding bytes of the frame beside its data
     */
    void data(int streamId, byte[] source, int offset, int count, int padding, boolean last) throws IOException {
        int credit;
        lock.lock();
        try {
            receiveWindow -= count + padding;
            if (receiveWindow < 0) {
                throw new Http2Fault(Http2Fault.FLOW_CONTROL, "more data than the window allows");
            }
            uncredited += padding;
            credit = switch (streams.state(streamId)) {
                case OPEN, HALF_CLOSED -> credit(receive(streams.open(streamId), source, offset, count, padding, last));
                case RESET_HERE -> credit(count);
                case IDLE, CLOSED, PASSED_OVER -> throw new Http2Fault(Http2Fault.STREAM_CLOSED, "data of a stream that is over");
            };
        } finally {
            lock.unlock();
        }
        grant(0, credit);
    }

    private int receive(Http2Stream stream, byte[] source, int offset, int count, int padding, boolean last) throws Http2Fault {
        try {
            return stream.received(source, offset, count, padding, last);
        } catch (Http2Fault fault) {
            uncredited += count;
            throw fault;
        }
    }

    /** The client takes more data; stream 0: on all. */
    void windowUpdate(int streamId, int bytes) throws IOException {
        lock.lock();
        try {
            if (streamId == 0) {
                sendWindow.widen(bytes);
            } else {
                Http2Stream stream = streams.open(streamId);
                if (stream != null && !stream.widen(bytes)) {
                    throw new Http2Fault(Http2Fault.FLOW_CONTROL, streamId, "a window that is too large");
                }
            }
        } finally {
            lock.unlock();
        }
        goOn();
    }

    /** The client has set the window that each stream begins with. */
    void initialWindow(long bytes) throws IOException {
        lock.lock();
        try {
            long change = bytes - streamSendWindow;
            streamSendWindow = bytes;
            for (Http2Stream stream : change == 0 ? List.<Http2Stream>of() : streams.all()) {
                if (!stream.widen(change)) {
                    throw new Http2Fault(Http2Fault.FLOW_CONTROL, "a window that is too large");
                }
            }
        } finally {
            lock.unlock();
        }
        goOn();
    }

    /** Sends the ends of answers that wait without a thread, where the windows allow it now. */
    private void goOn() throws IOException {
        List<Http2Stream> able = List.of();
        lock.lock();
        try {
            if (streams.parked() > 0) {
                able = streams.all();
                able.removeIf(stream -> !stream.canGoOn());
            }
        } finally {
            lock.unlock();
        }
        for (Http2Stream stream : able) {
            stream.goOn();
        }
    }

    // The life of a stream.

    private void serve(Http2Stream stream, Link stand) {
        try {
            server.serve(stand);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            done(stream);
        }
    }

    /** The stream's thread is done. */
    private void done(Http2Stream stream) {
        int farewell;
        int credit;
        lock.lock();
        try {
            farewell = stream.done(clock.getAsLong());
            credit = credit(stream.discard());
            if (farewell >= 0) {
                stream.reset(true);
            } else if (stream.isOver()) {
                streams.remove(stream);
            }
        } finally {
            lock.unlock();
        }
        try {
            if (farewell >= 0) {
                output.number(Frames.RST_STREAM, stream.id(), farewell);
            }
            grant(0, credit);
            finishIfLast();
        } catch (IOException e) {
            link.close();
        }
    }

    /** A stream is over for the client; under the lock. */
    void over(Http2Stream stream, boolean resetHere) {
        streams.over(stream, resetHere);
        if (stream.isDone()) {
            streams.remove(stream);
        }
        idleSinceNanos = clock.getAsLong();
    }

    /** One answer more waits without a thread, or fewer; under the lock. */
    void parked(int change) {
        streams.parked(change);
    }

    private void finishIfLast() {
        lock.lock();
        try {
            if (leaving == Leaving.SOON && streams.isEmpty() && lingersSinceNanos == 0) {
                lingersSinceNanos = clock.getAsLong();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void sweep(long nowNanos) {
        if (output.stalled(nowNanos, limits.stall().toNanos()) || rules.late(nowNanos, limits.head().toNanos())) {
            link.close();
            return;
        }
        if (lingersSinceNanos != 0) {
            endLinger(nowNanos - lingersSinceNanos);
            return;
        }
        boolean leave;
        List<Integer> stalled = new ArrayList<>();
        List<Integer> answered = new ArrayList<>();
        lock.lock();
        try {
            for (Http2Stream stream : streams.all()) {
                if (stream.stalled(nowNanos, limits.stall().plus(AFTER_STALL).toNanos())) {
                    stalled.add(stream.id());
                    stream.reset(true);
                } else if (stream.lingers(nowNanos, AFTER_ANSWER.toNanos())) {
                    answered.add(stream.id());
                    stream.reset(true);
                }
            }
            boolean idle = streams.isEmpty() && nowNanos - idleSinceNanos > idleNanos();
            leave = leaving == Leaving.NO && (idle || gateway.draining());
        } finally {
            lock.unlock();
        }
        if (leave || !stalled.isEmpty() || !answered.isEmpty()) {
            Thread.startVirtualThread(() -> tell(stalled, answered, leave));
        }
    }

    private void endLinger(long nanos) {
        if (nanos > 2 * LINGER.toNanos()) {
            link.close();
        } else if (nanos > LINGER.toNanos()) {
            // It may wait for a writer, and the next visit does not.
            Thread.startVirtualThread(this::closeInOrder);
        }
    }

    private void closeInOrder() {
        try {
            link.finishOutput();
        } catch (IOException e) {
            // The client is gone.
        }
        link.close();
    }

    private void tell(List<Integer> stalled, List<Integer> answered, boolean leave) {
        try {
            for (int id : stalled) {
                output.number(Frames.RST_STREAM, id, Http2Fault.CANCEL);
            }
            for (int id : answered) {
                output.number(Frames.RST_STREAM, id, Http2Fault.NO_ERROR);
            }
            if (leave) {
                leave();
            }
            finishIfLast();
        } catch (IOException e) {
            link.close();
        }
    }

    private long idleNanos() {
        long idle = limits.idle().toNanos();
        return open.crowded() ? Math.min(idle, DataConnection.CROWDED_IDLE.toNanos()) : idle;
    }

    /** Takes no more streams; ends the connection once those under way have ended. */
    private void leave() throws IOException {
        int last;
        lock.lock();
        try {
            if (leaving != Leaving.NO) {
                return;
            }
            leaving = Leaving.SOON;
            last = streams.lastId();
        } finally {
            lock.unlock();
        }
        output.goAway(last, Http2Fault.NO_ERROR);
        finishIfLast();
    }

    @Override
    public void close(boolean atOnce) {
        boolean idle;
        lock.lock();
        try {
            idle = streams.isEmpty();
        } finally {
            lock.unlock();
        }
        if (atOnce || idle) {
            link.close();
        }
    }
}
