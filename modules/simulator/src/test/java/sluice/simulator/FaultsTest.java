package sluice.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultsTest {
    private SimulatedUpstream upstream;
    private Calls calls;

    @BeforeEach
    void start() throws IOException {
        upstream = SimulatedUpstream.start();
        calls = new Calls(upstream);
    }

    @AfterEach
    void stop() {
        calls.close();
        upstream.close();
    }

    @Test
    void keyModelTextAndScriptChooseTheLaterStronger() throws Exception {
        assertEquals(429, calls.post("sk-sim-429-retry-2", "{\"model\":\"m\"}").statusCode());
        assertEquals(503, calls.post("sk-sim-429", "{\"model\":\"sim-status-503\"}").statusCode());
        assertEquals(401, calls.post("sk-sim-429", Calls.json("status=401")).statusCode());
        upstream.script("sk-sim-429", Fault.of("status=500"), Fault.of("status=502;body=html"));
        assertEquals(500, calls.post("sk-sim-429", Calls.json("status=401")).statusCode());
        assertEquals("text/html", calls.post("sk-sim-429", Calls.json("")).headers().firstValue("content-type").orElseThrow());
        assertEquals(429, calls.post("sk-sim-429", Calls.json("")).statusCode());
        upstream.always("sk-b", Fault.of("status=408"));
        assertEquals(408, calls.post("sk-b", Calls.json("")).statusCode());
    }

    @Test
    void statusesCarryTheirHeadersAndErrors() throws Exception {
        HttpResponse<String> answer = calls.post("sk-a",
                Calls.json("status=429;retry=7;retryms=700;reset=1m30s;code=slow_down"));

        assertEquals("7", answer.headers().firstValue("retry-after").orElseThrow());
        assertEquals("700", answer.headers().firstValue("retry-after-ms").orElseThrow());
        assertEquals("1m30s", answer.headers().firstValue("x-ratelimit-reset-requests").orElseThrow());
        assertEquals("0", answer.headers().firstValue("x-ratelimit-remaining-requests").orElseThrow());
        assertEquals("slow_down", Calls.member(answer.body(), "code"));
        assertEquals("", calls.post("sk-a", Calls.json("status=500;body=empty")).body());
    }

    @Test
    void anAccountHealsAfterSomeFailures() throws Exception {
        String key = "sk-sim-500-times-2-id-x";

        assertEquals(500, calls.post(key, Calls.json("deltas=1")).statusCode());
        assertEquals(500, calls.post(key, Calls.json("deltas=1")).statusCode());
        assertEquals(200, calls.post(key, Calls.json("deltas=1")).statusCode());
        assertEquals(500, calls.post("sk-sim-500-times-2-id-y", Calls.json("deltas=1")).statusCode());
    }

    @Test
    void theReadmeHasEveryOption() throws Exception {
        assertTrue(Files.readString(Path.of("README.md")).endsWith(FaultOption.table()));
    }

    @Test
    void unknownOptionsAreRefused() throws Exception {
        assertEquals(401, calls.post("sk-sim-nonsense", Calls.json("")).statusCode());
        assertEquals(400, calls.post("sk-a", Calls.json("nonsense=1")).statusCode());
        assertEquals(400, calls.post("sk-a", "{\"model\":\"sim-nonsense\"}").statusCode());
        assertThrows(IllegalArgumentException.class, () -> Fault.of("status=99"));
    }

    @Test
    void failsInsideA200() throws Exception {
        assertEquals(List.of("response.created", "response.in_progress", "response.failed"),
                Calls.events(calls.stream("sk-a", "overloaded").body()));
        assertEquals(List.of("response.created", "response.in_progress", "error", "response.failed"),
                Calls.events(calls.stream("sk-a", "ratelimited;failas=both").body()));
        List<String> late = Calls.events(calls.stream("sk-a", "fail=server_error;failat=3").body());
        assertEquals(3, late.stream().filter("response.output_text.delta"::equals).count());
        assertEquals("response.failed", late.getLast());
        assertTrue(calls.stream("sk-a", "incomplete").body().contains("event: response.incomplete"));
    }

    @Test
    void cutsAtEveryByte() throws Exception {
        upstream.always("sk-a", Fault.of("deltas=1"));
        calls.stream("sk-a", "");
        long whole = upstream.log().last().bytesSent();
        for (int n = 0; n <= whole; n += 97) {
            try (RawCall raw = new RawCall(upstream)) {
                String answer = raw.post("sk-b", Calls.streaming("deltas=1;cut=" + n)).readAll();
                assertFalse(answer.endsWith("0\r\n\r\n"), () -> answer);
                assertEquals(ReceivedRequest.Ending.BROKEN, upstream.log().last().awaitEnd());
                assertEquals(n, upstream.log().last().bytesSent());
            }
        }
    }

    @Test
    void resetsAndDrops() throws Exception {
        try (RawCall raw = new RawCall(upstream)) {
            raw.post("sk-a", Calls.streaming("rst=0"));
            assertThrows(SocketException.class, raw::readAll);
        }
        try (RawCall raw = new RawCall(upstream)) {
            raw.post("sk-a", Calls.streaming("drop=rst"));
            assertThrows(SocketException.class, raw::readAll);
        }
        try (RawCall raw = new RawCall(upstream)) {
            assertEquals("", raw.post("sk-a", Calls.streaming("drop")).readAll());
        }
    }

    @Test
    void resetsOnlyAReusedConnection() throws Exception {
        try (RawCall raw = new RawCall(upstream)) {
            raw.post("sk-a", Calls.streaming("reuse")).readUntil("0\r\n\r\n");
            raw.post("sk-a", Calls.streaming("reuse"));
            assertThrows(SocketException.class, raw::readAll);
        }
    }

    @Test
    void stallsUntilThePeerLeaves() throws Exception {
        ReceivedRequest stalled;
        try (RawCall raw = new RawCall(upstream)) {
            String begun = raw.post("sk-a", Calls.streaming("stall=4")).readUntil("}\n\n\r\n");
            stalled = upstream.log().last();
            assertTrue(begun.contains("response.created"));
            assertEquals(ReceivedRequest.Ending.OPEN, stalled.ending());
            assertEquals(1, upstream.activeRequests("sk-a"));
        }
        assertEquals(ReceivedRequest.Ending.PEER_GONE, stalled.awaitEnd());
        assertEquals(0, upstream.activeRequests("sk-a"));
        assertEquals(1, upstream.peakRequests("sk-a"));
    }

    @Test
    void pacesWithoutDrift() throws Exception {
        long start = System.nanoTime();
        calls.stream("sk-a", "deltas=50;interval=2ms;first=20ms;silent=20ms;headers=20ms");

        assertTrue(System.nanoTime() - start >= 160_000_000L);
    }

    @Test
    void endsWithoutATerminalEventOrSaysMoreBehindIt() throws Exception {
        assertEquals("response.output_item.done", Calls.events(calls.stream("sk-a", "noend").body()).getLast());
        assertTrue(calls.stream("sk-a", "after=done").body().endsWith("data: [DONE]\n\n"));
        assertEquals("response.simulated_afterword", Calls.events(calls.stream("sk-a", "after=event").body()).getLast());
    }

    @Test
    void writesOtherLineEndsSplitsCommentsAndHugeEvents() throws Exception {
        String plain = calls.stream("sk-a", "deltas=8;id=a").body();
        assertEquals(plain.lines().count(), calls.stream("sk-a", "eol=crlf").body().lines().count());
        assertFalse(calls.stream("sk-a", "eol=cr").body().contains("\n"));
        assertTrue(calls.stream("sk-a", "split=1").body().contains(" 世界,"));
        assertTrue(calls.stream("sk-a", "comments=2").body().startsWith(": "));
        assertTrue(calls.stream("sk-a", "huge=5000000;deltas=2").body().length() > 5_000_000);
    }

    @Test
    void answersOddly() throws Exception {
        try (RawCall raw = new RawCall(upstream)) {
            assertTrue(raw.post("sk-a", Calls.json("hints")).readUntil("}}").startsWith("HTTP/1.1 103 Early Hints\r\n"));
        }
        try (RawCall raw = new RawCall(upstream)) {
            String answer = raw.post("sk-a", Calls.streaming("both")).readAll();
            assertTrue(answer.contains("Content-Length: ") && answer.contains("Transfer-Encoding: chunked"));
        }
        try (RawCall raw = new RawCall(upstream)) {
            assertTrue(raw.post("sk-a", Calls.streaming("badchunk=3")).readAll().endsWith("xyz\r\n"));
        }
        try (RawCall raw = new RawCall(upstream)) {
            assertTrue(raw.post("sk-a", Calls.json("length=10")).readAll().endsWith("}"));
        }
        assertTrue(calls.post("sk-a", Calls.json("swap")).body().startsWith("event: "));
        assertTrue(calls.stream("sk-a", "swap").body().startsWith("{"));
        HttpResponse<String> decorated = calls.post("sk-a", Calls.json("cookie;turn_state=ts-1"));
        assertEquals("ts-1", decorated.headers().firstValue("x-codex-turn-state").orElseThrow());
        assertTrue(decorated.headers().firstValue("set-cookie").isPresent());
        assertTrue(decorated.headers().firstValue("x-request-id").orElseThrow().startsWith("req_"));
    }

    @Test
    void compressesUnasked() throws Exception {
        for (String body : List.of(Calls.json("gzip"), Calls.streaming("gzip"))) {
            byte[] bytes = calls.client().send(calls.request("/responses", "sk-a")
                    .POST(java.net.http.HttpRequest.BodyPublishers.ofString(body)).build(),
                    HttpResponse.BodyHandlers.ofByteArray()).body();
            try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
                assertTrue(new String(in.readAllBytes(), StandardCharsets.UTF_8).contains("世界"));
            }
        }
    }

    @Test
    void theReadmeHoldsTheTable() throws Exception {
        assertTrue(Files.readString(Path.of("README.md")).contains(FaultOption.table()));
    }
}
