package sluice.http2;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import sluice.http1.StreamHost;
import sluice.http1.StreamLimits;

/**
 * The streams of a connection: what frames mean for them, and their lives.
 *
 * <p>{@code lock} guards the streams, their bodies and the windows; nothing is written under it.
 */
final class Streams {
    /** How long a client may go on with a request that has its answer, before it is told to stop. */
    private static final long AFTER_ANSWER_NANOS = 1_000_000_000L;

    /** A stream that is to be reset, and why. */
    record Reset(Http2Stream stream, int code) { }

    private final FrameOutput output;
    private final Calm calm;
    private final StreamHost host;
    private final StreamLimits limits;
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final StreamTable<Http2Stream> table = new StreamTable<>();
    private final SharedWindow sendWindow = new SharedWindow();
    private final ReceiveWindow receiveWindow = new ReceiveWindow();
    private long streamSendWindow = Frames.WINDOW_BYTES;
    private boolean leaving;
    private volatile long idleSinceNanos;

    Streams(FrameOutput output, Calm calm, StreamHost host, StreamLimits limits, LongSupplier clock) {
        this.output = output;
        this.calm = calm;
        this.host = host;
        this.limits = limits;
        this.clock = clock;
        idleSinceNanos = clock.getAsLong();
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

    // Windows, under the lock.

    /** What may be sent on all streams. */
    SharedWindow sendWindow() {
        return sendWindow;
    }

    /** What may be received on all streams. */
    ReceiveWindow receiveWindow() {
        return receiveWindow;
    }

    /** One answer more waits without a thread, or fewer. */
    void parked(int change) {
        table.parked(change);
    }

    /** Widens the client's window; not under the lock. */
    void grant(int streamId, int bytes) throws IOException {
        if (bytes > 0) {
            output.number(Frames.WINDOW_UPDATE, streamId, bytes);
        }
    }

    // What the frames mean; by the connection's thread.

    StreamTable.State state(int streamId) {
        lock.lock();
        try {
            return table.state(streamId);
        } finally {
            lock.unlock();
        }
    }

    /** A stream was opened; it may be faulty. */
    void seen(int streamId) {
        lock.lock();
        try {
            table.seen(streamId);
        } finally {
            lock.unlock();
        }
    }

    /** The highest stream so far. */
    int lastId() {
        lock.lock();
        try {
            return table.lastId();
        } finally {
            lock.unlock();
        }
    }

    /** A request has come; its stream is served from now on. False if there are too many, and it is refused. */
    boolean request(int streamId, HeadOrRefusal head, long announced, boolean endOfStream) throws IOException {
        lock.lock();
        try {
            if (!leaving && !table.full()) {
                Http2Stream stream = new Http2Stream(this, streamId, head, new StreamBody(streamId, announced, host), endOfStream,
                        streamSendWindow, clock.getAsLong());
                table.add(stream);
                Thread.ofVirtual().name("h2-stream").start(() -> serve(stream));
                return true;
            }
            table.refused(streamId);
        } finally {
            lock.unlock();
        }
        output.number(Frames.RST_STREAM, streamId, Http2Fault.REFUSED_STREAM);
        return false;
    }

    /** A stream broke a rule: it is ended, and the others go on. */
    void fault(Http2Fault fault) throws IOException {
        Http2Stream stream;
        int credit = 0;
        lock.lock();
        try {
            stream = table.open(fault.streamId());
            if (stream == null) {
                table.refused(fault.streamId());
            } else {
                stream.reset(true);
                credit = receiveWindow.credit(stream.discard());
            }
        } finally {
            lock.unlock();
        }
        if (stream == null) {
            output.number(Frames.RST_STREAM, fault.streamId(), fault.code());
        } else {
            output.reset(stream, fault.code());
        }
        grant(0, credit);
    }

    /** The client has ended a stream; false if it was over anyway, or has its answer. */
    boolean resetByPeer(int streamId) throws IOException {
        int credit;
        boolean underWay;
        lock.lock();
        try {
            Http2Stream stream = table.open(streamId);
            if (stream == null) {
                return false;
            }
            underWay = stream.reset(false);
            credit = receiveWindow.credit(stream.discard());
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
            receiveWindow.take(count + padding);
            receiveWindow.giveUp(padding);
            credit = switch (table.state(streamId)) {
                case OPEN, HALF_CLOSED -> receiveWindow.credit(receive(table.open(streamId), source, offset, count, padding, last));
                case RESET_HERE -> receiveWindow.credit(count);
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
            receiveWindow.giveUp(count);
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
                Http2Stream stream = table.open(streamId);
                if (stream != null && !stream.answer().widen(bytes)) {
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
            for (Http2Stream stream : change == 0 ? List.<Http2Stream>of() : table.all()) {
                if (!stream.answer().widen(change)) {
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
            if (table.parked() > 0) {
                able = table.all();
                able.removeIf(stream -> !stream.answer().canGoOn());
            }
        } finally {
            lock.unlock();
        }
        for (Http2Stream stream : able) {
            stream.answer().goOn();
        }
    }

    // The life of a stream.

    private void serve(Http2Stream stream) {
        try {
            host.serve(stream);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            done(stream);
        }
    }

    private void done(Http2Stream stream) {
        boolean brokenOff;
        int credit;
        lock.lock();
        try {
            brokenOff = stream.done(clock.getAsLong());
            credit = receiveWindow.credit(stream.discard());
            if (brokenOff) {
                stream.reset(true);
            } else if (stream.isOver()) {
                table.remove(stream);
            }
        } finally {
            lock.unlock();
        }
        try {
            if (brokenOff) {
                output.reset(stream, Http2Fault.INTERNAL);
            }
            grant(0, credit);
        } catch (IOException e) {
            // The connection's thread sees the same.
        }
    }

    /** A stream is over for the client; under the lock. */
    void over(Http2Stream stream, boolean resetHere) {
        table.over(stream, resetHere);
        if (stream.isDone()) {
            table.remove(stream);
        }
        idleSinceNanos = clock.getAsLong();
    }

    /** Ends what has waited for too long. The caller tells the client. */
    List<Reset> sweep(long nowNanos) {
        List<Reset> resets = new ArrayList<>();
        lock.lock();
        try {
            for (Http2Stream stream : table.all()) {
                if (stream.answer().stalled(nowNanos, limits.stallNanos())) {
                    resets.add(new Reset(stream, Http2Fault.CANCEL));
                    stream.reset(true);
                } else if (stream.lingers(nowNanos, AFTER_ANSWER_NANOS)) {
                    resets.add(new Reset(stream, Http2Fault.NO_ERROR));
                    stream.reset(true);
                }
            }
        } finally {
            lock.unlock();
        }
        return resets;
    }

    /** From now on none is opened. False if that was so before. */
    boolean leave() {
        lock.lock();
        try {
            boolean first = !leaving;
            leaving = true;
            return first;
        } finally {
            lock.unlock();
        }
    }

    boolean isLeaving() {
        lock.lock();
        try {
            return leaving;
        } finally {
            lock.unlock();
        }
    }

    boolean isEmpty() {
        lock.lock();
        try {
            return table.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Since when there is none, if there is none. */
    long idleSinceNanos() {
        return idleSinceNanos;
    }

    /** The connection ends, and all of them. */
    void endAll() {
        lock.lock();
        try {
            leaving = true;
            for (Http2Stream stream : table.all()) {
                stream.reset(true);
                stream.discard();
            }
        } finally {
            lock.unlock();
        }
    }
}
