package sluice.baseline;

import io.helidon.webclient.api.HttpClientResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.util.function.LongSupplier;
import sluice.api.ByteSource;
import sluice.api.Cancellation;
import sluice.api.Sweeper;
import sluice.api.UpstreamSettings;

/**
 * The body of a WebClient's answer. It never knows whether more is there, so a relay flushes after each read. The client has one
 * limit for a read, which is that of the headers; the one between two bytes is kept here.
 */
final class WebClientSource implements ByteSource, Sweeper.Watched {
    /** A clock reading that stands for no wait. */
    private static final long NOT_WAITING = Long.MIN_VALUE;

    private final HttpClientResponse answer;
    private final Cancellation cancellation;
    private final LongSupplier nanoClock;
    private final long idleNanos;
    private final InputStream in;
    private final Sweeper.Registration watch;
    private volatile long waitingSinceNanos = NOT_WAITING;
    private volatile boolean aborted;
    private volatile boolean late;

    WebClientSource(HttpClientResponse answer, Cancellation cancellation, UpstreamSettings settings, long idleNanos) {
        this.answer = answer;
        this.cancellation = cancellation;
        this.idleNanos = idleNanos;
        nanoClock = settings.nanoClock();
        in = answer.inputStream();
        watch = idleNanos > 0 ? settings.sweeper().watch(this) : () -> { };
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        waitingSinceNanos = nanoClock.getAsLong();
        try {
            int count = in.read(target, offset, length);
            if (late || aborted) {
                throw new IOException("closed while it was read");
            }
            return count;
        } catch (UncheckedIOException e) {
            throw new ByteSource.Broken(causeOf(e.getCause()), String.valueOf(e.getMessage()));
        } catch (IOException | RuntimeException e) {
            // Helidon has exceptions of its own for a connection that ends too early, without a common type.
            throw new ByteSource.Broken(causeOf(e), String.valueOf(e.getMessage()));
        } finally {
            waitingSinceNanos = NOT_WAITING;
        }
    }

    private ByteSource.Broken.Cause causeOf(Exception e) {
        if (aborted || cancellation.isCancelled()) {
            return ByteSource.Broken.Cause.CANCELLED;
        }
        return late || e instanceof SocketTimeoutException ? ByteSource.Broken.Cause.IDLE : ByteSource.Broken.Cause.CUT;
    }

    @Override
    public boolean ready() {
        return false;
    }

    @Override
    public void sweep(long nowNanos) {
        long since = waitingSinceNanos;
        if (since != NOT_WAITING && nowNanos - since >= idleNanos && !late) {
            late = true;
            closeSoon();
        }
    }

    @Override
    public void abort() {
        aborted = true;
        closeSoon();
    }

    /** The client may wait for the reader that is to be woken; nobody who must not block can wait for that. */
    private void closeSoon() {
        Thread.ofVirtual().name("webclient-close").start(answer::close);
    }

    @Override
    public void close() {
        watch.close();
        cancellation.clear();
        answer.close();
    }
}
