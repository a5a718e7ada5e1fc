package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sluice.config.KeyHash;

/** Whoever takes all it can get of what clients share, by whichever door, leaves the last part to the others, at every door. */
class FairSharesTest extends AtAllDoors {
    private static final String ASK = "{\"model\":\"gpt-5.1\",\"stream\":true,\"store\":false,\"input\":\"hi\"}";
    private static final String HELD = ASK.replace("hi", "hold");

    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        upstream.account("sk-a", asked -> {
            if (asked.body().contains("hold")) {
                try {
                    mayAnswer.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return SayingUpstream.well(asked);
        });
    }

    @AfterEach
    void stop() throws Exception {
        mayAnswer.countDown();
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    private static String client(String name, String more) {
        return "{name: " + name + ", key-sha256: " + KeyHash.of("key-" + name).hex() + more + "}";
    }

    private RunningGateway gateway(String more) throws Exception {
        return gateway(1, "", "clients: ["
                + client("one", ", team: crew") + ", " + client("two", "") + ", " + client("three", ", team: crew") + "]\nteams: ["
                + "{name: crew}]\n" + more);
    }

    private <T extends AutoCloseable> T kept(T one) {
        open.add(one);
        return one;
    }

    private void holds(Door door, RunningGateway gateway, String key, int requests) throws Exception {
        int before = upstream.asked("sk-a").size();
        for (int i = 0; i < requests; i++) {
            Door.Visitor visitor = kept(door.enter(gateway, authority, key));
            Thread.startVirtualThread(() -> {
                try {
                    visitor.ask(HELD);
                } catch (Exception e) {
                    // It is held until the test has ended.
                }
            });
        }
        while (upstream.asked("sk-a").size() < before + requests) {
            Thread.onSpinWait();
        }
    }

    private void refused(Door door, RunningGateway gateway, String key, int status, String code) throws Exception {
        try (Door.Visitor visitor = door.enter(gateway, authority, key)) {
            Heard heard = visitor.ask(ASK);
            assertEquals(status, heard.status(), door + " " + heard);
            // A handshake that is refused has no message.
            assertTrue(door == Door.WEBSOCKET || heard.toString().contains(code), door + " " + heard);
        }
    }

    private void servedAtEveryDoor(RunningGateway gateway, String key) throws Exception {
        for (Door door : Door.values()) {
            try (Door.Visitor visitor = door.enter(gateway, authority, key)) {
                Heard heard = visitor.ask(ASK);
                assertTrue(heard.well(), door + " " + heard);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoTakesAllPlacesForRequestsLeavesTheLastToOthers(Door door) throws Exception {
        try (RunningGateway gateway = gateway("limits: {concurrent-requests: 40}\n")) {
            holds(door, gateway, "key-one", 36);
            refused(door, gateway, "key-one", 503, "gateway_busy");
            servedAtEveryDoor(gateway, "key-two");
            mayAnswer.countDown();
        }
    }

    /** The keys of one team, together, leave some, too. */
    @Test
    void aTeamThatTakesAllPlacesLeavesTheLastToOthers() throws Exception {
        try (RunningGateway gateway = gateway("limits: {concurrent-requests: 40}\n")) {
            holds(Door.HTTP_1, gateway, "key-one", 36);
            holds(Door.HTTP_1, gateway, "key-three", 2);
            refused(Door.HTTP_1, gateway, "key-three", 503, "gateway_busy");
            servedAtEveryDoor(gateway, "key-two");
            mayAnswer.countDown();
        }
    }

    @Test
    void nothingIsKeptFromAClientThatIsAlone() throws Exception {
        try (RunningGateway gateway = gateway(1, "", "clients: ["
                + client("one", "") + "]\nlimits: {concurrent-requests: 40}\n")) {
            holds(Door.HTTP_1, gateway, "key-one", 40);
            mayAnswer.countDown();
        }
    }

    private Socket from(String address, RunningGateway gateway) throws Exception {
        return authority.secured(new Socket(InetAddress.getLoopbackAddress(), gateway.port(), InetAddress.getByName(address), 0));
    }

    private void servedFrom(String address, RunningGateway gateway) throws Exception {
        try (TestClient client = new TestClient(from(address, gateway))) {
            assertEquals(200, client.post("/v1/responses", ASK, "x-api-key", "key-two").status());
        }
        try (TestWebSocket socket = TestWebSocket.open(from(address, gateway), "x-api-key", "key-two")) {
            assertEquals(101, socket.head().status());
            assertTrue(socket.turn("{\"type\":\"response.create\"," + ASK.substring(1)).getLast().contains("response.completed"));
        }
        try (Http2Peer peer = new Http2Peer(gateway.port(), authority.trusting(), InetAddress.getByName(address)).greet()) {
            peer.request(1, Http2Peer.post("x-api-key", "key-two"), ASK);
            assertTrue(peer.body(1).contains("response.completed"));
        }
    }

    /** Connections that have asked for something, and streams whose bodies do not come. */
    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "HTTP_2"})
    void anAddressThatTakesAllConnectionsLeavesTheLastToOthers(Door door) throws Exception {
        try (RunningGateway gateway = gateway("limits: {connections: 40}\n")) {
            if (door == Door.HTTP_1) {
                for (int i = 0; i < 36; i++) {
                    TestClient client = kept(new TestClient(from("127.0.0.1", gateway)));
                    assertEquals(401, client.send("GET", "/v1/models", new byte[0]).status());
                }
            } else {
                Http2Peer peer = kept(new Http2Peer(gateway.port(), authority.trusting(), InetAddress.getLoopbackAddress())).greet();
                for (int i = 0; i < 35; i++) {
                    peer.send(Frames.HEADERS, Frames.END_HEADERS, 2 * i + 1, Http2Peer.post("x-api-key", "key-one"));
                }
                while (gateway.process().gateway().inFlight() < 35) {
                    Thread.onSpinWait();
                }
            }
            String refusal = "";
            while (!refusal.contains("\"too_many_connections\"")) {
                // One that is served stays: where there is little room, others are closed once they have waited for a second.
                TestClient more = kept(new TestClient(from("127.0.0.1", gateway)));
                try {
                    refusal = more.post("/v1/responses", ASK, "x-api-key", "key-two").text();
                } catch (IOException e) {
                    // It was not as quick as who holds much must be where only the reserve is left.
                }
            }
            servedFrom("127.0.0.2", gateway);
        }
    }

    @Test
    void clientsThatOpenAllWebSocketsLeaveTheLastToOthers() throws Exception {
        try (RunningGateway gateway = gateway("limits: {connections: 40}\n")) {
            for (int i = 0; i < 36; i++) {
                TestWebSocket socket = kept(TestWebSocket.open(from("127.0.0." + (3 + i), gateway), "x-api-key",
                        i < 18 ? "key-one" : "key-three"));
                assertEquals(101, socket.head().status());
            }
            try (TestWebSocket more = TestWebSocket.open(from("127.0.0.1", gateway), "x-api-key", "key-one")) {
                assertEquals(503, more.head().status());
            }
            servedFrom("127.0.0.2", gateway);
        }
    }

    private static long used(RunningGateway gateway) {
        return gateway.process().gateway().inForce().budget().usedBytes();
    }

    /** A body of HTTP/2 cannot: what of it nobody has read yet needs memory, too. */
    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "WEBSOCKET"})
    void whoseBodyTakesAllMemoryLeavesSomeToOthers(Door door) throws Exception {
        try (RunningGateway gateway = gateway("limits: {body: 1MiB, message: 1MiB, bodies-in-flight: 1MiB, body-wait: 0s}\n")) {
            if (door == Door.WEBSOCKET) {
                kept(TestWebSocket.open(from("127.0.0.1", gateway), "x-api-key", "key-one")).sendHeaderOnly(1024 * 1024);
            } else {
                TestClient client = kept(new TestClient(from("127.0.0.1", gateway)));
                client.sendHead("POST", "/v1/responses", 1024 * 1024, "x-api-key", "key-one");
                client.raw(new byte[1024 * 1024 - 1]);
            }
            while (used(gateway) < 1024 * 1024) {
                Thread.onSpinWait();
            }
            try (TestClient more = new TestClient(from("127.0.0.1", gateway))) {
                assertEquals(503, more.post("/v1/responses", " ".repeat(9000) + ASK, "x-api-key", "key-one").status());
            }
            servedAtEveryDoor(gateway, "key-two");
            mayAnswer.countDown();
        }
    }
}
