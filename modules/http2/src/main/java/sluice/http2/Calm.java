package sluice.http2;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What a client of HTTP/2 may make us do for nothing (RFC 9113 §10.5). A frame costs a client a few bytes and us a look at it, often an
 * answer or a thread that wakes. So each frame takes from an allowance, time gives some of it back, and so do the bytes that really come
 * and the frames that really go out. A client whose allowance is used up is asked to be calm, and its connection ends.
 *
 * <p>Streams that are reset have an allowance of their own, for each may have cost an upstream a request. It is the same whether the
 * client resets them or makes us do it.
 *
 * <p>Confined to the connection's thread, but for {@link #sent}.
 */
final class Calm {
    /** What a frame costs, as bytes of data. Bodies in pieces of that size pay for themselves. */
    private static final long FRAME_COST = 32;
    private static final long FRAMES = 1000 * FRAME_COST;
    private static final long FRAMES_PER_SECOND = 100 * FRAME_COST;
    /** Most that is earned: a client may send its updates of windows late, and many at once. */
    private static final long MOST_FRAMES = 10_000 * FRAME_COST;
    /** A frame of data that goes out: some clients answer each with two updates of windows and a ping. */
    private static final long FRAME_SENT = 4 * FRAME_COST;
    /** A frame that the window has cut below this earns nothing: the client has asked for small frames. */
    private static final int SMALL_BYTES = 256;
    private static final long RESETS = 200;
    private static final long RESETS_PER_SECOND = 20;
    private static final double NANOS_PER_SECOND = 1e9;

    private final AtomicLong earned = new AtomicLong();
    private double frames = FRAMES;
    private double resets = RESETS;
    private long countedNanos;

    Calm(long nowNanos) {
        countedNanos = nowNanos;
    }

    /** A frame of data has gone out; by any thread. */
    void sent(int bytes, boolean cutByWindow) {
        if (!cutByWindow || bytes >= SMALL_BYTES) {
            earned.addAndGet(FRAME_SENT);
        }
    }

    /** A frame has come that carries {@code bytes} of a request. */
    void frame(int bytes, long nowNanos) throws Http2Fault {
        frames += Math.min(bytes, 2 * FRAME_COST) - FRAME_COST;
        if (frames < 0) {
            count(nowNanos);
            if (frames < 0) {
                throw new Http2Fault(Http2Fault.ENHANCE_YOUR_CALM, "too many frames for nothing");
            }
        }
        frames = Math.min(frames, MOST_FRAMES);
    }

    /** A stream was ended before its time, for the client wanted it or broke a rule. */
    void reset(long nowNanos) throws Http2Fault {
        if (--resets < 0) {
            count(nowNanos);
            if (resets < 0) {
                throw new Http2Fault(Http2Fault.ENHANCE_YOUR_CALM, "too many resets");
            }
        }
    }

    private void count(long nowNanos) {
        double seconds = (nowNanos - countedNanos) / NANOS_PER_SECOND;
        countedNanos = nowNanos;
        frames = Math.max(frames, Math.min(frames + seconds * FRAMES_PER_SECOND, FRAMES)) + earned.getAndSet(0);
        resets = Math.min(resets + seconds * RESETS_PER_SECOND, RESETS);
    }
}
