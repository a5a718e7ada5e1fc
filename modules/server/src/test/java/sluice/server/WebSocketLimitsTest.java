package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.forward.ByteBudget;
import sluice.simulator.ReceivedRequest;
import sluice.simulator.SimulatedUpstream;

/** What clients that speak WebSocket may take of the gateway's memory, and of what the operator pays for. */
class WebSocketLimitsTest {
    private static final String TURN = "{\"type\":\"response.create\",\"model\":\"gpt-5.1\",\"store\":false,\"input\":\"hi\"}";

    private SimulatedUpstream upstream;

    @BeforeEach
    void startUpstream() throws IOException {
        upstream = SimulatedUpstream.start();
    }

    @AfterEach
    void stopUpstream() {
        upstream.close();
    }

    private static String large(int bytes) {
        return TURN.replace("\"input\"", "\"metadata\":\"" + "m".repeat(bytes) + "\",\"input\"");
    }

    private static ByteBudget budget(RunningGateway gateway) {
        return gateway.process().gateway().inForce().budget();
    }

    private static void awaitUsed(RunningGateway gateway, long from, long to) {
        while (budget(gateway).usedBytes() < from || budget(gateway).usedBytes() > to) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aMessageWithoutRoomIsRefusedInBandAndTheConnectionGoesOn() throws IOException {
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1,
                "limits: {body: 4MiB, bodies-in-flight: 4MiB, body-wait: 0s}");
                TestWebSocket other = TestWebSocket.open(gateway.port());
                TestWebSocket client = TestWebSocket.open(gateway.port())) {
            other.send(large(1_500_000).replace("\"hi\"", "\"hi [[sim:stall=0]]\""));
            awaitUsed(gateway, 1_500_000, 1_600_000);

            String refusal = client.turn(large(1_000_000)).getLast();
            assertTrue(refusal.startsWith("{\"type\":\"error\",\"status\":503,\"error\":{"), refusal);
            assertTrue(refusal.contains("\"code\":\"memory_budget\""), refusal);
            assertEquals("response.completed", TestWebSocket.type(client.turn(TURN).getLast()));

            other.vanish();
            awaitUsed(gateway, 0, 0);
            assertEquals("response.completed", TestWebSocket.type(client.turn(large(1_000_000)).getLast()));
            String never = client.turn(large(5_000_000)).getLast();
            assertTrue(never.contains("\"status\":413") && never.contains("\"code\":\"body_too_large\""), never);
            assertEquals("response.completed", TestWebSocket.type(client.turn(TURN).getLast()));
            awaitUsed(gateway, 0, 0);
        }
    }

    @Test
    void aClientThatLeavesWithinAMessageOrWithTurnsWaitingGivesItsRoomBack() throws IOException {
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, "")) {
            TestWebSocket client = TestWebSocket.open(gateway.port());
            client.send(large(100_000).replace("\"hi\"", "\"hi [[sim:stall=0]]\""));
            client.send(large(200_000));
            client.send(large(200_000));
            awaitUsed(gateway, 500_000, 600_000);
            client.sendHeaderOnly(300_000);
            awaitUsed(gateway, 800_000, 900_000);
            client.vanish();
            awaitUsed(gateway, 0, 0);
        }
    }

    @Test
    void aTurnWhoseClientLeftIsReadOnForSoManyBytesOnly() throws Exception {
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1,
                "stream: {on-disconnect: drain, drain-time: 1h, drain-bytes: 4KiB}")) {
            TestWebSocket client = TestWebSocket.open(gateway.port());
            client.send(TURN.replace("\"hi\"", "\"hi [[sim:deltas=100000;interval=5ms;size=1000]]\""));
            client.next();
            client.vanish();
            assertEquals(ReceivedRequest.Ending.PEER_GONE, upstream.log().last().awaitEnd());
            gateway.awaitLog("client_gone");
        }
    }
}
