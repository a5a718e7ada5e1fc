package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.helidon.common.socket.PlainSocket;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;

class HelidonStreamsTest {
    @Test
    void theStreamsAreTheSocketsOwnAndHelidonsBufferIsGone() throws IOException, ReflectiveOperationException {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
                Socket accepted = listener.accept()) {
            PlainSocket socket = PlainSocket.server(accepted, "a", "b");
            HelidonStreams streams = HelidonStreams.of(socket);
            client.getOutputStream().write('?');
            assertEquals('?', streams.in().read());
            streams.out().write('!');
            assertEquals('!', client.getInputStream().read());
            Field buffer = PlainSocket.class.getDeclaredField("readBuffer");
            buffer.setAccessible(true);
            assertEquals(0, ((byte[]) buffer.get(socket)).length);
        }
    }
}
