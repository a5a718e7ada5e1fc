package sluice.admin;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.common.socket.PlainSocket;
import io.helidon.common.socket.TlsSocket;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.Router;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.spi.ServerConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import javax.net.ssl.SSLSocket;

/**
 * One connection of the admin port: Sluice's socket, served by Helidon's HTTP/1.1. It is served on its own thread, and may be ended by
 * any.
 */
public final class AdminConnection {
    private static final Logger LOG = System.getLogger("sluice.server");
    private static final String ID = "admin";

    private final SocketChannel channel;
    private final AdminListener listener;
    private volatile Optional<ServerConnection> http = Optional.empty();
    private volatile Optional<Thread> thread = Optional.empty();

    /** Agrees on how to talk. */
    @FunctionalInterface
    public interface Handshake {
        /**
         * The socket to talk by: the same, or one that speaks TLS over it and is agreed on.
         *
         * @throws IOException if the client has left, or will not agree
         */
        Socket over(Socket transport) throws IOException;
    }

    /** One that was accepted. */
    public AdminConnection(SocketChannel channel, AdminListener listener) {
        this.channel = channel;
        this.listener = listener;
    }

    /** Serves it to its end, on this thread. */
    public void serve(Handshake handshake, AdminPlaces.Place place) {
        thread = Optional.of(Thread.currentThread());
        try {
            HelidonSocket socket = agreed(handshake);
            try {
                ServerConnection serving = listener.over(new Seen(socket, place, listener));
                http = Optional.of(serving);
                listener.serve(serving);
            } finally {
                // Says the end in TLS, and waits for a client that does not read: its place can still be taken.
                socket.close();
            }
        } catch (IOException | UncheckedIOException | CloseConnectionException e) {
            // The client has left, or was told to.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "a connection of the admin port has failed", e);
        } finally {
            end();
        }
    }

    private HelidonSocket agreed(Handshake handshake) throws IOException {
        Socket socket = handshake.over(channel.socket());
        return socket instanceof SSLSocket secure ? TlsSocket.server(secure, ID, ID) : PlainSocket.server(socket, ID, ID);
    }

    /** Lets the request under way come to its end, and takes no other. */
    public void finish() {
        http.ifPresentOrElse(serving -> serving.close(false), this::end);
    }

    /** Ends it whatever it does. */
    public void abort() {
        end();
        thread.ifPresent(Thread::interrupt);
    }

    /** Closes it below TLS, whose own close would wait for a writer. */
    public void end() {
        try {
            channel.close();
        } catch (IOException e) {
            // The connection is gone either way.
        }
    }

    /** As Helidon sees it. */
    private static final class Seen implements ConnectionContext {
        private final HelidonSocket socket;
        private final AdminPlaces.Place place;
        private final AdminListener listener;
        private final ListenerContext context;
        private final DataReader reader;
        private final DataWriter writer;

        private Seen(HelidonSocket socket, AdminPlaces.Place place, AdminListener listener) {
            this.socket = socket;
            this.place = place;
            this.listener = listener;
            context = listener.with(place);
            reader = DataReader.create(this::more);
            writer = new AdminWriter(socket, place);
        }

        /** Helidon takes the end of a client within a head, and any other exception, for a fault of its own that belongs in the log. */
        private byte[] more() {
            place.waits(true);
            try {
                byte[] more = socket.get();
                if (more == null) {
                    throw new CloseConnectionException("the client has left");
                }
                return more;
            } catch (UncheckedIOException e) {
                throw new ServerConnectionException("the client has left", e);
            } finally {
                place.waits(false);
            }
        }

        @Override
        public ListenerContext listenerContext() {
            return context;
        }

        @Override
        public ExecutorService executor() {
            return context.executor();
        }

        @Override
        public DataReader dataReader() {
            return reader;
        }

        @Override
        public DataWriter dataWriter() {
            return writer;
        }

        @Override
        public Router router() {
            return listener.router();
        }

        @Override
        public PeerInfo remotePeer() {
            return socket.remotePeer();
        }

        @Override
        public PeerInfo localPeer() {
            return socket.localPeer();
        }

        @Override
        public boolean isSecure() {
            return socket.isSecure();
        }

        @Override
        public String socketId() {
            return ID;
        }

        @Override
        public String childSocketId() {
            return ID;
        }
    }
}
