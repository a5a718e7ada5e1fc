package sluice.testkit;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A SOCKS 5 proxy for tests (RFC 1928, RFC 1929): it connects whatever it is asked for to one port of this machine, so that tests can ask
 * for names that nobody else resolves. Thread-safe.
 */
public final class Socks5Server implements AutoCloseable {
    /** What it does with a connection. */
    public enum Manner {
        /** As it should. */
        SERVES,
        /** Takes no way to sign in. */
        TAKES_NO_METHOD,
        /** Refuses the user and password. */
        REFUSES_LOGIN,
        /** Answers with reply 2: its rules do not allow it. */
        REFUSES_TARGET,
        /** Closes instead of the reply. */
        CUTS,
        /** Never replies. */
        HANGS,
        /** Answers in HTTP. */
        SPEAKS_HTTP
    }

    /**
     * What it was asked for.
     *
     * @param login {@code user:password}; empty: none was sent
     * @param kind 1: an IPv4 address, 3: a name, 4: an IPv6 address
     * @param host the name, or the address as text
     * @param port of the target
     */
    public record Asked(String login, int kind, String host, int port) { }

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int targetPort;
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final Thread accepting;
    private volatile Manner manner = Manner.SERVES;

    /** A proxy all of whose connections end at this port of the loopback. */
    public Socks5Server(int targetPort) throws IOException {
        this.targetPort = targetPort;
        accepting = Thread.ofVirtual().start(this::accept);
    }

    /** Its own port. */
    public int port() {
        return server.getLocalPort();
    }

    /** From now on it treats connections so. */
    public void behave(Manner next) {
        manner = next;
    }

    /** What it was asked for, in order. */
    public List<Asked> asked() {
        return List.copyOf(asked);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            OutputStream out = client.getOutputStream();
            if (manner == Manner.SPEAKS_HTTP) {
                in.readByte();
                out.write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                return;
            }
            String login = greet(in, out);
            if (manner == Manner.TAKES_NO_METHOD || manner == Manner.REFUSES_LOGIN) {
                return;
            }
            asked.add(request(in, login));
            switch (manner) {
                case REFUSES_TARGET -> out.write(new byte[] {5, 2, 0, 1, 0, 0, 0, 0, 0, 0});
                case HANGS -> in.read();
                case SERVES -> connect(client, out);
                default -> client.close();
            }
        } catch (IOException e) {
            // One of the two has closed.
        }
    }

    private String greet(DataInputStream in, OutputStream out) throws IOException {
        in.readByte();
        byte[] methods = new byte[in.readUnsignedByte()];
        in.readFully(methods);
        if (manner == Manner.TAKES_NO_METHOD) {
            out.write(new byte[] {5, (byte) 0xff});
            return "";
        }
        out.write(new byte[] {5, methods[0]});
        if (methods[0] != 2) {
            return "";
        }
        in.readByte();
        String login = text(in) + ':' + text(in);
        out.write(new byte[] {1, (byte) (manner == Manner.REFUSES_LOGIN ? 1 : 0)});
        return login;
    }

    private static String text(DataInputStream in) throws IOException {
        byte[] text = new byte[in.readUnsignedByte()];
        in.readFully(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static Asked request(DataInputStream in, String login) throws IOException {
        in.readFully(new byte[3]);
        int kind = in.readUnsignedByte();
        String host;
        if (kind == 3) {
            host = text(in);
        } else {
            byte[] address = new byte[kind == 1 ? 4 : 16];
            in.readFully(address);
            host = InetAddress.getByAddress(address).getHostAddress();
        }
        return new Asked(login, kind, host, in.readUnsignedShort());
    }

    private void connect(Socket client, OutputStream out) throws IOException {
        try (Socket target = new Socket(InetAddress.getLoopbackAddress(), targetPort)) {
            open.add(target);
            // A reply whose address is a name, in two pieces: clients that expect four bytes of address would lose their place.
            out.write(new byte[] {5, 0, 0});
            out.flush();
            out.write(new byte[] {3, 2, 'm', 'e', 0, 1});
            Thread back = Thread.ofVirtual().start(() -> copy(target, client));
            copy(client, target);
            back.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            // One of the two has closed.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        try {
            // The system closes the port only when nobody waits at it any more.
            accepting.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Socket socket : open) {
            socket.close();
        }
    }
}
