package sluice.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Optional;
import javax.net.ssl.SSLSocket;

/**
 * A {@link Link} over a connected socket, plain or TLS.
 *
 * <p>No {@code SO_TIMEOUT} is set: on a virtual thread it costs several microseconds a read. Deadlines close the link instead.
 */
public class SocketLink implements Link {
    private final Socket socket;
    private final Socket transport;
    private final InputStream in;
    private final OutputStream out;
    /** Whether the last read took less than it asked for: then the socket was empty, and asking the kernel again is waste. */
    private boolean drained;

    /** Takes over {@code socket}. */
    public SocketLink(Socket socket) throws IOException {
        this(socket, socket);
    }

    /**
     * Takes over {@code socket}, which speaks TLS over {@code transport}. Closing closes the transport: closing the TLS socket
     * would wait for a writer that is blocked, to say goodbye behind it.
     */
    public SocketLink(Socket socket, Socket transport) throws IOException {
        this.socket = socket;
        this.transport = transport;
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    /** The socket that can wait on an event loop, if there is one below. */
    Optional<LoopSocket> loopSocket() {
        return transport instanceof LoopSocket loop ? Optional.of(loop) : Optional.empty();
    }

    @Override
    public void waitHere() {
        LoopSocket.waitHere(transport);
    }

    @Override
    public boolean waitsHere() {
        return !(transport instanceof LoopSocket loop) || loop.waitsHere();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count = in.read(target, offset, length);
        drained = count < length && !secure();
        return count;
    }

    @Override
    public boolean ready() throws IOException {
        return !drained && arrived();
    }

    /** Whether a byte is here, whatever the last read took: a system call. */
    protected final boolean arrived() throws IOException {
        return in.available() > 0;
    }

    @Override
    public boolean quiet() throws IOException {
        boolean quiet = transport instanceof LoopSocket loop ? loop.isQuiet() : transport.getInputStream().available() == 0;
        return quiet && (transport == socket || !arrived());
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        out.write(source, offset, length);
    }

    @Override
    public void finishOutput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public boolean secure() {
        return socket instanceof SSLSocket;
    }

    @Override
    public void close() {
        close(transport);
    }

    /** Closes a socket that may be gone already. */
    public static void close(Socket transport) {
        try {
            transport.close();
        } catch (IOException e) {
            // The connection is gone either way.
        }
    }
}
