package sluice.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import sluice.http1.RequestStream;
import sluice.http1.StreamConnection;
import sluice.http1.StreamHost;
import sluice.http1.StreamLimits;
import sluice.http1.StreamProtocol;
import sluice.net.SocketLink;

/** The module without the gateway: a server that answers each request with its own body. */
class AloneTest {
    /** Answers with what it was sent. */
    private static final class Echo implements StreamHost {
        @Override
        public void serve(RequestStream stream) {
            try {
                stream.head();
                ByteArrayOutputStream body = new ByteArrayOutputStream();
                byte[] piece = new byte[1024];
                for (int count = stream.read(piece, 0, piece.length); count >= 0; count = stream.read(piece, 0, piece.length)) {
                    body.write(piece, 0, count);
                }
                stream.begin(200);
                stream.field("content-type", "text/plain");
                stream.write(body.toByteArray(), 0, body.size(), true);
            } catch (IOException e) {
                stream.cut();
            }
        }

        @Override
        public boolean takeMemory(int bytes) {
            return true;
        }

        @Override
        public void giveBackMemory(int bytes) {
        }

        @Override
        public boolean leaving() {
            return false;
        }

        @Override
        public long idleNanos() {
            return Long.MAX_VALUE;
        }

        @Override
        public boolean tooMany() {
            return false;
        }
    }

    private static void serve(ServerSocket server) {
        StreamProtocol protocol = new Http2();
        try (Socket accepted = server.accept()) {
            StreamConnection connection = protocol.over(new SocketLink(accepted), new Echo(),
                    new StreamLimits(16 * 1024, 30_000_000_000L, 60_000_000_000L), System::nanoTime);
            connection.serve();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void servesStreamsWithoutTheGateway() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.startVirtualThread(() -> serve(server));
            try (Socket client = new Socket(server.getInetAddress(), server.getLocalPort())) {
                String host = HexFormat.of().formatHex("example.org".getBytes(StandardCharsets.US_ASCII));
                String hello = HexFormat.of().formatHex("hello".getBytes(StandardCharsets.US_ASCII));
                client.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                client.getOutputStream().write(HexFormat.of().parseHex(
                        "000000040000000000" // settings
                        + "000010010400000001" + "838684" + "410b" + host // POST https /
                        + "000005000100000001" + hello));
                assertEquals("hello", body(new DataInputStream(client.getInputStream())));
            }
        }
    }

    private static String body(DataInputStream in) throws IOException {
        while (true) {
            int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
            int type = in.readUnsignedByte();
            in.skipNBytes(5);
            byte[] payload = in.readNBytes(length);
            if (type == Frames.DATA) {
                return new String(payload, StandardCharsets.US_ASCII);
            }
        }
    }
}
