package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sluice.http1.HttpInput;
import sluice.http1.RequestHead;
import sluice.net.SocketLink;
import sluice.simulator.SimulatedUpstream;

/** A kept connection that has ended, or that ends behind a request at an account that then takes no other connection. */
class StaleConnectionTest extends AtAllDoors {
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

    /** Answers one request, stops listening, and ends the connection when it has read another. */
    private static void serve(ServerSocket server) {
        try (Socket socket = server.accept()) {
            HttpInput input = new HttpInput(new SocketLink(socket), 64 * 1024);
            read(input);
            socket.getOutputStream().write(ANSWER.getBytes());
            server.close();
            read(input);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void read(HttpInput input) throws IOException {
        RequestHead head = input.readRequestHead().orElseThrow();
        byte[] bytes = new byte[(int) head.bodyBytes()];
        int length = 0;
        for (var body = input.body(head.bodyBytes()); length < bytes.length;) {
            length += body.read(bytes, length, bytes.length - length);
        }
    }

    @ParameterizedTest
    @CsvSource({"true, 502, 0", "false, 200, 1"})
    void isSentToAnotherAccountOnlyIfItMayRunTwice(boolean store, int status, int others) throws Exception {
        try (ServerSocket first = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                SimulatedUpstream second = SimulatedUpstream.start()) {
            Thread serving = Thread.ofVirtual().start(() -> serve(first));
            try (RunningGateway gateway = RunningGateway.of("accounts:\n  - {name: a, tier: 0, api-key: sk-a, base-url: \"http://127.0.0.1:"
                    + first.getLocalPort() + "/v1\"}\n  - {name: b, tier: 1, api-key: sk-b, base-url: \"" + second.baseUri() + "\"}\n");
                    TestClient client = gateway.client()) {
                String body = "{\"model\":\"m\",\"input\":\"hi\",\"store\":" + store + "}";
                assertEquals(200, client.post(body).status());
                assertEquals(status, client.post(body).status());
                assertEquals(others, second.log().total());
            }
            serving.join();
        }
    }

    /** Answers one request of each connection, and ends it without a word once the client has the answer. */
    private static void serveOneByOne(ServerSocket server, Semaphore answered, Semaphore ended) {
        try {
            while (true) {
                try (Socket socket = server.accept()) {
                    read(new HttpInput(new SocketLink(socket), 64 * 1024));
                    socket.getOutputStream().write(ANSWER.getBytes());
                    answered.acquire();
                }
                ended.release();
            }
        } catch (IOException | InterruptedException e) {
            // The test is over.
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTP_1, loop", "HTTP_1, shared", "HTTP_2, loop", "HTTP_2, shared"})
    void whatHasEndedAlreadyIsNotUsed(Door door, String streams) throws Exception {
        Semaphore answered = new Semaphore(0);
        Semaphore ended = new Semaphore(0);
        try (ServerSocket account = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> serveOneByOne(account, answered, ended));
            try (RunningGateway gateway = RunningGateway.accounts(URI.create("http://127.0.0.1:" + account.getLocalPort() + "/v1"), 1,
                    "server: {" + Door.settings(authority) + "}\nmodules: {streams: " + streams + "}\n");
                    Door.Visitor visitor = door.enter(gateway, authority, "")) {
                for (int i = 0; i < 4; i++) {
                    // It must not run twice, so that it is lost if it goes to a connection that has ended.
                    assertEquals(200, visitor.ask("{\"model\":\"m\",\"input\":\"hi\",\"store\":true}").status());
                    answered.release();
                    ended.acquire();
                }
            }
        }
    }
}
