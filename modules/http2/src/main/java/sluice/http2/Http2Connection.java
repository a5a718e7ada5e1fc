package sluice.http2;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import sluice.http1.StreamConnection;
import sluice.http1.StreamHost;
import sluice.http1.StreamLimits;
import sluice.net.Link;

/** A client's connection that speaks HTTP/2 (RFC 9113): its frames are read and judged on one thread, from the preface to the goodbye. */
final class Http2Connection implements StreamConnection {
    /** Time for a client to see a goodbye, and to close. Closing over bytes that nobody has read would take it away. */
    private static final Duration LINGER = Duration.ofMillis(500);
    private static final int LINGER_BYTES = 1024 * 1024;

    private final Link link;
    private final StreamHost host;
    private final StreamLimits limits;
    private final LongSupplier clock;
    private final FrameInput input;
    private final FrameOutput output;
    private final Streams streams;
    private final FrameRules rules;
    /** Since when the connection waits for the client to close it; 0: it does not. */
    private volatile long lingersSinceNanos;

    Http2Connection(Link link, StreamHost host, StreamLimits limits, LongSupplier clock) {
        this.link = link;
        this.host = host;
        this.limits = limits;
        this.clock = clock;
        Calm calm = new Calm(clock.getAsLong());
        input = new FrameInput(link, clock);
        output = new FrameOutput(link, clock);
        streams = new Streams(output, calm, host, limits, clock);
        rules = new FrameRules(input, streams, limits.headBytes(), calm, clock);
    }

    @Override
    public void serve() {
        try {
            converse();
            link.finishOutput();
        } catch (IOException e) {
            // The client left, or does not read.
        } finally {
            streams.endAll();
            link.close();
        }
    }

    private void converse() throws IOException {
        try {
            input.readPreface();
            output.frame(Frames.SETTINGS, 0, 0, settings());
            while (input.next()) {
                rules.handle();
                if (host.tooMany() && streams.lastId() > 0) {
                    leave();
                }
            }
        } catch (Http2Fault e) {
            streams.endAll();
            output.goAway(streams.lastId(), e.code());
            lingersSinceNanos = clock.getAsLong();
            input.waste(LINGER_BYTES);
        }
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

    @Override
    public void sweep(long nowNanos) {
        if (output.stalled(nowNanos, limits.stallNanos()) || rules.late(nowNanos, limits.headNanos())) {
            link.close();
            return;
        }
        if (lingersSinceNanos != 0) {
            endLinger(nowNanos - lingersSinceNanos);
            return;
        }
        boolean empty = streams.isEmpty();
        boolean leaving = streams.isLeaving();
        if (leaving && empty) {
            lingersSinceNanos = nowNanos;
            return;
        }
        List<Streams.Reset> resets = streams.sweep(nowNanos);
        boolean leave = !leaving && (host.leaving() || empty && nowNanos - streams.idleSinceNanos() > host.idleNanos());
        if (leave || !resets.isEmpty()) {
            // It may wait for a writer, and the sweeper must not.
            Thread.startVirtualThread(() -> tell(resets, leave));
        }
    }

    private void tell(List<Streams.Reset> resets, boolean leave) {
        try {
            for (Streams.Reset reset : resets) {
                output.reset(reset.stream(), reset.code());
            }
            if (leave) {
                leave();
            }
        } catch (IOException e) {
            link.close();
        }
    }

    /** Takes no more streams; the connection ends once those under way have ended. */
    private void leave() throws IOException {
        if (streams.leave()) {
            output.goAway(streams.lastId(), Http2Fault.NO_ERROR);
        }
    }

    private void endLinger(long nanos) {
        if (nanos > 2 * LINGER.toNanos()) {
            link.close();
        } else if (nanos > LINGER.toNanos()) {
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

    @Override
    public boolean idle() {
        return streams.isEmpty();
    }

    @Override
    public void close() {
        link.close();
    }
}
