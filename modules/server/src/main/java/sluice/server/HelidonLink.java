package sluice.server;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.webserver.ConnectionContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import sluice.wire.Link;

/**
 * A connection that Helidon accepted, as a {@link Link}: bytes that Helidon read to identify the protocol come first, then
 * the socket's own streams are used.
 */
final class HelidonLink implements Link {
    private final HelidonSocket socket;
    private final DataReader early;
    private final InputStream in;
    private final OutputStream out;
    private boolean earlyTaken;

    HelidonLink(ConnectionContext context) {
        socket = context.serverSocket();
        early = context.dataReader();
        HelidonStreams streams = HelidonStreams.of(socket);
        in = streams.in();
        out = streams.out();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (!earlyTaken) {
            int count = Math.min(early.available(), length);
            if (count > 0) {
                return early.readBuffer(count).read(target, offset, count);
            }
            earlyTaken = true;
        }
        return in.read(target, offset, length);
    }

    @Override
    public boolean ready() throws IOException {
        return !earlyTaken && early.available() > 0 || in.available() > 0;
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        out.write(source, offset, length);
    }

    @Override
    public void finishOutput() {
        // Helidon's socket has no half-close; closing it sends the end after the data.
    }

    @Override
    public boolean secure() {
        return socket.isSecure();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (UncheckedIOException e) {
            // The link is gone either way.
        }
    }
}
