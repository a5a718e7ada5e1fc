package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import sluice.simulator.SimulatedUpstream;

/** The JDK's WebSocket as a client of the gateway: its own handshake, masks, fragments, pings and closes. */
class JdkWebSocketTest {
    private static final String TURN = "{\"type\":\"response.create\",\"model\":\"gpt-5.1\",\"store\":false,\"input\":\"hi é 世界\"}";

    /** Puts whole messages, pongs and the close into a queue. */
    private static final class Heard implements WebSocket.Listener {
        private final BlockingQueue<String> queue = new LinkedBlockingQueue<>();
        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
                queue.add(message.toString());
                message.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onPong(WebSocket socket, java.nio.ByteBuffer data) {
            queue.add("pong");
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            queue.add("close " + code);
            return null;
        }

        String until(String type) throws InterruptedException {
            String next = queue.take();
            while (!TestWebSocket.type(next).equals(type)) {
                next = queue.take();
            }
            return next;
        }
    }

    @Test
    void hasAConversation() throws IOException, InterruptedException {
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 2, ""); HttpClient http = HttpClient.newHttpClient()) {
            Heard heard = new Heard();
            WebSocket socket = http.newWebSocketBuilder().header("session-id", "jdk")
                    .buildAsync(URI.create("ws://127.0.0.1:" + gateway.port() + "/v1/responses"), heard).join();
            socket.sendText(TURN, true).join();
            String first = heard.until("response.completed");
            socket.sendPing(java.nio.ByteBuffer.wrap(new byte[] {1, 2})).join();
            assertEquals("pong", heard.queue.take());
            String second = TURN.replace("\"input\"", "\"previous_response_id\":\"" + TestWebSocket.responseId(first) + "\",\"input\"");
            socket.sendText(second.substring(0, 100), false).join();
            socket.sendText(second.substring(100), true).join();
            assertTrue(heard.until("response.completed").contains("\"previous_response_id\":\"" + TestWebSocket.responseId(first)));
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
            assertEquals("close 1000", heard.until("close 1000"));
        }
    }
}
