package sluice.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The forms in which upstreams refuse, say what is left of a limit, and say that they are still there. */
class RefusalsTest {
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
    void asAnAnswer() throws Exception {
        assertEquals("{\"detail\":\"not with this plan\"}",
                calls.post("sk-a", Calls.json("status=400;body=detail;message=not_with_this_plan")).body());
        assertEquals("{\"error\":{\"message\":\"no\",\"type\":null,\"param\":null,\"code\":null}}",
                calls.post("sk-a", Calls.json("status=403;code=null;type=null;message=no")).body());
        HttpResponse<String> page = calls.post("sk-a", Calls.json("status=200;body=html"));
        assertEquals(200, page.statusCode());
        assertTrue(page.body().startsWith("<html>"));
    }

    @Test
    void asTheFirstEventOrAsAnErrorOfItsOwn() throws Exception {
        assertEquals(List.of("response.failed"), Calls.events(calls.stream("sk-a", "fail=usage_limit_reached;failfirst").body()));
        String nested = calls.stream("sk-a", "fail=usage_limit_reached;failfirst;failas=nested;code=null;resets_in=9").body();
        assertTrue(nested.contains("\"error\":{\"message\":\"The usage limit has been reached\",\"type\":\"usage_limit_reached\","
                + "\"param\":null,\"code\":null,\"resets_in_seconds\":9}"), nested);
        String typed = calls.stream("sk-a", "fail=x;code=null;type=usage_limit_reached").body();
        assertTrue(typed.contains("\"error\":{\"code\":null,\"message\":\"The simulator was asked to fail.\","
                + "\"type\":\"usage_limit_reached\"}"), typed);
    }

    @Test
    void onOneRouteOnly() throws Exception {
        String key = "sk-sim-404-route-compact";

        assertEquals(404, calls.post("/responses/compact", key, Calls.json("")).statusCode());
        assertEquals(200, calls.post(key, Calls.json("")).statusCode());
        assertEquals(200, calls.post("/responses/input_tokens", key, Calls.json("")).statusCode());
    }

    @Test
    void limitsSayWhenTheyEnd() throws Exception {
        long now = System.currentTimeMillis() / 1000;

        Map<String, Object> error = JsonTree.asObject(JsonTree.object(calls.post("sk-a",
                Calls.json("status=429;resets_at=60;resets_in=null;plan=plus")).body()).get("error"));

        assertEquals(JsonTree.Literal.NULL, error.get("resets_in_seconds"));
        assertEquals("plus", error.get("plan_type"));
        assertTrue(Long.parseLong(((JsonTree.Literal) error.get("resets_at")).json()) >= now + 60);
        HttpResponse<String> answer = calls.stream("sk-a", "codex_rl;codex_headers;used=100;renews=5m;used2=40;"
                + "limit=10;remaining=3;limit_tokens=900;remaining_tokens=7;reset_tokens=6m0s");
        assertEquals("100", answer.headers().firstValue("x-codex-primary-used-percent").orElseThrow());
        assertEquals("300", answer.headers().firstValue("x-codex-primary-reset-after-seconds").orElseThrow());
        assertEquals("40", answer.headers().firstValue("x-codex-secondary-used-percent").orElseThrow());
        assertEquals("3", answer.headers().firstValue("x-ratelimit-remaining-requests").orElseThrow());
        assertEquals("7", answer.headers().firstValue("x-ratelimit-remaining-tokens").orElseThrow());
        String event = answer.body().lines().filter(line -> line.startsWith("data")).findFirst().orElseThrow();
        assertTrue(event.contains("\"limit_reached\":true,\"primary\":{\"used_percent\":100,\"window_minutes\":300,"), event);
    }

    @Test
    void signsOfLifeAreNumberedEventsWithoutOutput() throws Exception {
        List<String> events = Calls.events(calls.stream("sk-a", "keepalives=2;metadata;deltas=1").body());
        assertEquals(List.of("response.created", "response.in_progress", "response.metadata", "keepalive", "keepalive"),
                events.subList(0, 5));

        List<String> timed = Calls.events(calls.stream("sk-a", "first=50ms;keepalive=20ms;deltas=1").body());

        assertEquals("keepalive", timed.get(2));
        assertEquals("response.output_item.added", timed.get(4));
    }

    @Test
    void theUsageAtTheEndMayBeMissing() throws Exception {
        assertTrue(calls.post("sk-a", Calls.json("usage=null")).body().contains("\"usage\":null"));
        assertFalse(calls.post("sk-a", Calls.json("usage=absent")).body().contains("\"usage\""));
        assertEquals(2, upstream.bill().lines().size());
    }

    @Test
    void aDroppedRequestMayHaveHadTheBeginningOfAnAnswer() throws Exception {
        try (RawCall raw = new RawCall(upstream)) {
            assertEquals("HTTP/1.1 20", raw.post("sk-a", Calls.json("drop=half")).readAll());
        }
        try (RawCall raw = new RawCall(upstream)) {
            raw.post("sk-a", Calls.json("hints;drop=half")).readUntil("preload\r\n\r\nHTTP/1.1 20");
        }
        try (RawCall raw = new RawCall(upstream)) {
            assertTrue(raw.post("sk-a", Calls.json("hints;drop=fin")).readAll().startsWith("HTTP/1.1 103"));
        }
        assertEquals(ReceivedRequest.Ending.BROKEN, upstream.log().last().awaitEnd());
    }

    @Test
    void aBodyMayNotBeRead() throws Exception {
        upstream.always("sk-a", Fault.of("noread=10"));
        try (RawCall raw = new RawCall(upstream)) {
            raw.post("sk-a", Calls.json("deltas=1"));
            ReceivedRequest request = upstream.log().await(1);
            assertEquals(10, request.body().length);
            upstream.cutConnections();
            assertEquals(ReceivedRequest.Ending.PEER_GONE, request.awaitEnd());
            assertEquals("", readAll(raw));
        }
        assertEquals(200, calls.post("sk-b", Calls.json("deltas=1")).statusCode());
    }

    /** Bytes that were never read turn the end of a connection into a reset. */
    private static String readAll(RawCall raw) throws IOException {
        try {
            return raw.readAll();
        } catch (SocketException e) {
            return "";
        }
    }
}
