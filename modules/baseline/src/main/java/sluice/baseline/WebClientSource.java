package sluice.baseline;

import io.helidon.webclient.api.HttpClientResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import sluice.api.ByteSource;
import sluice.api.Cancellation;
import sluice.api.SourceException;

/** The body of a WebClient's answer. It never knows whether more is there, so a relay flushes after each read. */
final class WebClientSource implements ByteSource {
    private final HttpClientResponse answer;
    private final Cancellation cancellation;
    private final InputStream in;
    private volatile boolean aborted;

    WebClientSource(HttpClientResponse answer, Cancellation cancellation) {
        this.answer = answer;
        this.cancellation = cancellation;
        in = answer.inputStream();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        try {
            return in.read(target, offset, length);
        } catch (UncheckedIOException e) {
            throw new SourceException(causeOf(e.getCause()), String.valueOf(e.getMessage()));
        } catch (IOException | RuntimeException e) {
            // Helidon has exceptions of its own for a connection that ends too early, without a common type.
            throw new SourceException(causeOf(e), String.valueOf(e.getMessage()));
        }
    }

    private SourceException.Cause causeOf(Exception e) {
        if (aborted || cancellation.isCancelled()) {
            return SourceException.Cause.CANCELLED;
        }
        return e instanceof SocketTimeoutException ? SourceException.Cause.IDLE : SourceException.Cause.CUT;
    }

    @Override
    public boolean ready() {
        return false;
    }

    @Override
    public void abort() {
        aborted = true;
        answer.close();
    }

    @Override
    public void close() {
        cancellation.clear();
        answer.close();
    }
}
