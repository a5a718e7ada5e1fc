package sluice.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.api.Cancellation;
import sluice.api.Headers;
import sluice.http1.ConnectTunnel;
import sluice.http1.HttpInput;
import sluice.http1.RequestHead;
import sluice.http1.ResponseHead;
import sluice.net.ByteBuilder;
import sluice.net.DialTarget;
import sluice.net.Dialed;
import sluice.net.Dialer;
import sluice.net.Link;
import sluice.net.SocketLink;
import sluice.testkit.HandSweeper;

/** Against the JDK's WebSocket client, and the two ends against each other, over sockets. */
class WebSocketPeerTest {
    private static final int LIMIT = WebSocketConnection.MAX_MESSAGE_BYTES;
    private final HandSweeper sweeper = new HandSweeper();
    private final BlockingQueue<WebSocketEvent.Closed> ends = new LinkedBlockingQueue<>();
    private ServerSocket listener;

    @BeforeEach
    void listen() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::echo);
    }

    @AfterEach
    void stop() throws IOException {
        listener.close();
    }

    @Test
    void theJdkClientGetsItsMessagesPingsAndCloseBack() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            Heard heard = new Heard();
            WebSocket socket = client.newWebSocketBuilder().buildAsync(address(), heard).join();
            socket.sendText("Grüße ", false).join();
            socket.sendPing(ByteBuffer.wrap("ping".getBytes(StandardCharsets.UTF_8))).join();
            socket.sendText("von 🙂", true).join();
            assertEquals("pong ping", heard.events.take());
            assertEquals("text Grüße von 🙂", heard.events.take());
            String large = "0123456789abcdef".repeat(1 << 16);
            socket.sendText(large, true).join();
            assertEquals("text " + large, heard.events.take());
            socket.sendClose(1000, "done").join();
            assertEquals("close 1000", heard.events.take());
        }
        assertEquals(new WebSocketEvent.Closed(1000, "done", true), ends.take());
    }

    @Test
    void anAbruptEndOfTheJdkClientIsSeenAtOnce() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            Heard heard = new Heard();
            WebSocket socket = client.newWebSocketBuilder().buildAsync(address(), heard).join();
            socket.sendText("hello", true).join();
            heard.events.take();
            socket.abort();
            assertEquals(CloseCodes.ABNORMAL, ends.take().code());
        }
    }

    @Test
    void ourTwoEndsTalkOverADialledLink() throws Exception {
        Dialer dialer = new Dialer(Optional.empty(), new ConnectTunnel(), sweeper, System::nanoTime);
        DialTarget target = DialTarget.of(address(), Optional.empty());
        Link link = assertInstanceOf(Dialed.Connected.class, dialer.dial(target, 60_000_000_000L, new Cancellation())).link();
        String key = WebSocketHandshake.newKey();
        ByteBuilder request = new ByteBuilder(512);
        WebSocketHandshake.request("/v1/responses", target.authority(), key, Headers.EMPTY, request);
        link.write(request.array(), 0, request.length());
        HttpInput input = new HttpInput(link, 4096);
        ResponseHead head = input.readResponseHead("GET").orElseThrow();
        assertEquals(new WebSocketHandshake.Opened.Open(), WebSocketHandshake.opened(head, key));
        WebSocketConnection client = WebSocketConnection.client(link, input, LIMIT, System::nanoTime);
        String large = "x".repeat(3_000_000);
        client.sendText(large);
        assertEquals(large, assertInstanceOf(WebSocketEvent.Message.class, client.receive()).asText());
        client.ping(new byte[] {7});
        assertEquals(7, assertInstanceOf(WebSocketEvent.Pong.class, client.receive()).payload()[0]);
        client.sendClose(1001, "bye");
        assertEquals(1001, assertInstanceOf(WebSocketEvent.Closed.class, client.receive()).code());
        client.finish(sweeper, 1);
        assertEquals(new WebSocketEvent.Closed(1001, "bye", true), ends.take());
        assertEquals(0, sweeper.size());
    }

    @Test
    void finishingGivesUpAPeerThatDoesNotEnd() throws Exception {
        BlockingQueue<Boolean> finished = new LinkedBlockingQueue<>();
        HandSweeper hand = new HandSweeper();
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket socket = new Socket(silent.getInetAddress(), silent.getLocalPort())) {
            Link link = new SocketLink(socket);
            WebSocketConnection stuck = WebSocketConnection.client(link, new HttpInput(link, 4096), LIMIT, () -> 0);
            Thread.ofVirtual().start(() -> {
                stuck.finish(hand, 1000);
                finished.add(true);
            });
            hand.visitOne(999);
            assertTrue(finished.isEmpty());
            hand.visitOne(1000);
            assertTrue(finished.take());
        }
    }

    private URI address() {
        return URI.create("ws://127.0.0.1:" + listener.getLocalPort() + "/v1/responses");
    }

    /** A server that sends every message back. */
    private void echo() {
        try {
            while (true) {
                Link link = new SocketLink(listener.accept());
                Thread.ofVirtual().start(() -> serve(link));
            }
        } catch (IOException e) {
            // the test is over
        }
    }

    private void serve(Link link) {
        try {
            HttpInput input = new HttpInput(link, 16 * 1024);
            Optional<RequestHead> head = input.readRequestHead();
            if (head.isEmpty() || !(WebSocketHandshake.asked(head.get()) instanceof WebSocketHandshake.Asked.Upgrade asked)) {
                link.close();
                return;
            }
            ByteBuilder answer = new ByteBuilder(256);
            WebSocketHandshake.switching(asked.key(), Headers.EMPTY, answer);
            link.write(answer.array(), 0, answer.length());
            WebSocketConnection connection = WebSocketConnection.server(link, input, LIMIT, System::nanoTime);
            while (true) {
                switch (connection.receive()) {
                    case WebSocketEvent.Message message -> connection.relay(message);
                    case WebSocketEvent.Pong pong -> connection.ping(pong.payload());
                    case WebSocketEvent.Closed closed -> {
                        ends.add(closed);
                        connection.finish(new HandSweeper(), 1_000_000_000L);
                        return;
                    }
                }
            }
        } catch (IOException e) {
            link.close();
        }
    }

    /** What the JDK's client hears. */
    private static final class Heard implements WebSocket.Listener {
        private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                events.add("text " + text);
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
            events.add("pong " + StandardCharsets.UTF_8.decode(message));
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            events.add("close " + code);
            return null;
        }
    }
}
