package sluice.server;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.webserver.ConnectionContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import sluice.net.Link;
import sluice.net.ReadPoller;

/**
 * A connection that Helidon accepted, as a {@link Link}: bytes that Helidon read to identify the protocol come first, then
 * the socket's own streams are used.
 */
final class HelidonLink implements Link {
    private final HelidonSocket socket;
    private final Optional<SocketChannel> channel;
    private final ReadPoller poller;
    private final DataReader early;
    private final InputStream in;
    private final OutputStream out;
    private boolean earlyTaken;
    /** Guarded by this link: a descriptor that is closed may be another connection's. */
    private boolean closed;

    HelidonLink(ConnectionContext context, Optional<SocketChannel> channel, ReadPoller poller) {
        this.channel = channel;
        this.poller = poller;
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
    public synchronized Optional<ReadPoller.Registration> whenReadable(Runnable action) {
        return closed || channel.isEmpty() ? Optional.empty() : poller.whenReadable(channel.get(), action);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        out.write(source, offset, length);
    }

    /** Says goodbye as TLS asks for, so that the end cannot be taken for a cut. Plain connections end by being closed. */
    @Override
    public void finishOutput() {
        if (socket.isSecure()) {
            closeSocket();
        }
    }

    @Override
    public boolean secure() {
        return socket.isSecure();
    }

    /** Closes below TLS, whose own close would wait for a writer that a slow client blocks. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        if (channel.isEmpty()) {
            closeSocket();
            return;
        }
        try {
            channel.get().close();
        } catch (IOException e) {
            // The link is gone either way.
        }
    }

    private void closeSocket() {
        synchronized (this) {
            closed = true;
        }
        try {
            socket.close();
        } catch (UncheckedIOException e) {
            // The link is gone either way.
        }
    }
}
