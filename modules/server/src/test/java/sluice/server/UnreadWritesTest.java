package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sluice.api.Headers;
import sluice.http1.HttpInput;
import sluice.http1.RequestHead;
import sluice.net.ByteBuilder;
import sluice.net.SocketLink;
import sluice.websocket.WebSocketHandshake;

/** An account that takes connections, and WebSockets, and reads nothing of what it is sent on them. */
class UnreadWritesTest {
    private static final String LARGE = "{\"model\":\"m\",\"stream\":true,\"store\":true,\"input\":\"" + "x".repeat(24 * 1024 * 1024)
            + "\"}";

    @TempDir
    private Path folder;
    private final List<Socket> accepted = new CopyOnWriteArrayList<>();
    private ServerSocket deaf;
    private SayingUpstream good;

    @BeforeEach
    void start() throws IOException {
        deaf = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.startVirtualThread(this::accept);
        good = new SayingUpstream();
    }

    @AfterEach
    void stop() throws IOException {
        deaf.close();
        for (Socket socket : accepted) {
            socket.close();
        }
        good.close();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = deaf.accept();
                accepted.add(socket);
                Thread.startVirtualThread(() -> shake(socket));
            }
        } catch (IOException e) {
            // the test is over
        }
    }

    private static void shake(Socket socket) {
        try {
            SocketLink link = new SocketLink(socket);
            HttpInput input = new HttpInput(link, 64 * 1024);
            Optional<RequestHead> head = input.readRequestHead();
            if (head.isPresent() && WebSocketHandshake.asked(head.get()) instanceof WebSocketHandshake.Asked.Upgrade(String nonce)) {
                ByteBuilder answer = new ByteBuilder(256);
                WebSocketHandshake.switching(nonce, Headers.EMPTY, answer);
                link.write(answer.array(), 0, answer.length());
            }
        } catch (IOException e) {
            // the gateway gave up
        }
    }

    private RunningGateway gateway(String webSocket, String server) throws IOException {
        return RunningGateway.of("server: {" + server + "}\naccounts:\n  - {name: a, tier: 0, api-key: sk-a, websocket: " + webSocket
                + ", timeouts: {write: 1s}, base-url: \"http://127.0.0.1:" + deaf.getLocalPort()
                + "/v1\"}\n  - {name: b, tier: 1, api-key: sk-b, websocket: " + webSocket + ", base-url: \"" + good.uri() + "\"}\n");
    }

    enum How { OFF, PREFER }

    @ParameterizedTest
    @EnumSource(How.class)
    void makesTheNextAccountAnswerWhicheverWayItIsCalled(How how) throws Exception {
        TestAuthority authority = new TestAuthority(folder);
        authority.issue("doors", "EC");
        try (RunningGateway gateway = gateway(how.name().toLowerCase(java.util.Locale.ROOT), Door.settings(authority))) {
            for (HttpClient.Version version : HttpClient.Version.values()) {
                try (HttpDoor door = new HttpDoor(gateway, authority, version)) {
                    var answer = door.send("POST", "/v1/responses", LARGE);
                    assertEquals(200, answer.statusCode(), answer.body());
                    assertTrue(answer.body().contains("response.completed"), answer.body());
                }
            }
            assertEquals(2, good.asked("sk-b").size());
            assertEquals(0, gateway.account("a").slots().taken());
        }
    }

    @Test
    void makesTheNextAccountTakeATurn() throws Exception {
        try (RunningGateway gateway = gateway("on", ""); TestWebSocket socket = TestWebSocket.open(gateway.port())) {
            List<String> said = socket.turn("{\"type\":\"response.create\"," + LARGE.substring(1));
            assertEquals("response.completed", TestWebSocket.type(said.getLast()), said.toString());
            assertEquals(1, good.asked("sk-b").size());
            assertEquals(0, gateway.account("a").slots().taken());
        }
    }
}
