package sluice.edge;

import java.io.IOException;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import sluice.net.ReadPoller;
import sluice.net.SocketLink;

/** A connection that was accepted: its client can be watched, and is never taken for silent. */
final class AcceptedLink extends SocketLink {
    private final SocketChannel channel;
    private final ReadPoller poller;
    /** Guarded by this link, for the descriptor of a closed connection may be given to another one. */
    private boolean closed;

    /**
     * Takes a connection over.
     *
     * @param transport the channel's socket
     * @param socket the same, or one that speaks TLS over it
     */
    AcceptedLink(SocketChannel channel, Socket transport, Socket socket, ReadPoller poller) throws IOException {
        super(socket, transport);
        this.channel = channel;
        this.poller = poller;
    }

    /** What has come since the last read counts, too: closing over it would reset the connection. */
    @Override
    public boolean ready() throws IOException {
        return arrived();
    }

    @Override
    public synchronized Optional<ReadPoller.Registration> whenReadable(Runnable action) {
        return closed ? Optional.empty() : poller.whenReadable(channel, action);
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        super.close();
    }
}
