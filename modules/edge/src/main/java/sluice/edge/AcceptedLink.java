package sluice.edge;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import sluice.net.EventLoops;
import sluice.net.Link;
import sluice.net.ReadPoller;

/** A connection that was accepted, as a {@link Link}: its socket's own streams, plain or TLS. */
final class AcceptedLink implements Link {
    private final SocketChannel channel;
    private final Socket transport;
    private final Socket socket;
    private final ReadPoller poller;
    private final InputStream in;
    private final OutputStream out;
    /** Guarded by this link, for the descriptor of a closed connection may be given to another one. */
    private boolean closed;

    /**
     * Takes a connection over.
     *
     * @param transport the channel's socket
     * @param socket the same, or one that speaks TLS over it
     */
    AcceptedLink(SocketChannel channel, Socket transport, Socket socket, ReadPoller poller) throws IOException {
        this.channel = channel;
        this.transport = transport;
        this.socket = socket;
        this.poller = poller;
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        return in.read(target, offset, length);
    }

    @Override
    public boolean ready() throws IOException {
        return in.available() > 0;
    }

    @Override
    public void waitHere() {
        EventLoops.waitHere(transport);
    }

    @Override
    public synchronized Optional<ReadPoller.Registration> whenReadable(Runnable action) {
        return closed ? Optional.empty() : poller.whenReadable(channel, action);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        out.write(source, offset, length);
    }

    /** The client sees the end at once (in TLS: close_notify), and may still send. */
    @Override
    public void finishOutput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public boolean secure() {
        return socket != transport;
    }

    /** Closes below TLS, whose own close would wait for a writer that a slow client blocks. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        close(transport);
    }

    static void close(Socket transport) {
        try {
            transport.close();
        } catch (IOException e) {
            // The connection is gone either way.
        }
    }
}
