package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.simulator.Fault;
import sluice.simulator.SimulatedUpstream;

/** The gateway as the official Java client sees it. */
class OpenAiJavaTest {
    private SimulatedUpstream upstream;
    private RunningGateway gateway;
    private OpenAIClient client;

    @BeforeEach
    void start() throws IOException {
        upstream = SimulatedUpstream.start();
        gateway = RunningGateway.accounts(upstream.baseUri(), 1,
                "clients: [{name: team, key-sha256: \"" + sluice.config.KeyHash.of("secret").hex() + "\"}]");
        client = client("secret");
    }

    private OpenAIClient client(String key) {
        return OpenAIOkHttpClient.builder().baseUrl(gateway.uri().toString()).apiKey(key).maxRetries(0).build();
    }

    @AfterEach
    void stop() {
        client.close();
        gateway.close();
        upstream.close();
    }

    private static ResponseCreateParams request() {
        return ResponseCreateParams.builder().model("gpt-5.1").input("hi").build();
    }

    @Test
    void createsAndRetrieves() {
        Response created = client.responses().create(request());
        assertEquals(created.id(), client.responses().retrieve(created.id()).id());
        assertTrue(created.usage().orElseThrow().outputTokens() > 0);
    }

    @Test
    void streamsToTheTerminalEvent() {
        try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(request())) {
            List<ResponseStreamEvent> events = stream.stream().toList();
            assertTrue(events.getFirst().isCreated());
            assertTrue(events.getLast().isCompleted());
            assertTrue(events.stream().anyMatch(ResponseStreamEvent::isOutputTextDelta));
        }
    }

    /** Over HTTP/2 where the port offers it, for OkHttp then prefers that. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void speaksTls(boolean http2, @TempDir Path folder) throws Exception {
        TestAuthority authority = new TestAuthority(folder);
        authority.issue("first", "EC");
        String serving = http2 ? authority.serving("first").replace("server: {", "server: {http2: true, ") : authority.serving("first");
        try (RunningGateway secure = RunningGateway.accounts(upstream.baseUri(), 1, serving)) {
            OpenAIClient other = OpenAIOkHttpClient.builder().baseUrl("https://localhost:" + secure.port() + "/v1").apiKey("none")
                    .maxRetries(0).sslSocketFactory(authority.trusting().getSocketFactory())
                    .trustManager((X509TrustManager) authority.trust().getTrustManagers()[0]).build();
            Response created = other.responses().create(request());
            assertEquals(created.id(), other.responses().retrieve(created.id()).id());
            assertEquals("completed", View.of(other).events().getLast());
            upstream.script("sk-a", Fault.of("status=400"), Fault.of("deltas=20;cut=2500"));
            assertThrows(BadRequestException.class, () -> other.responses().create(request()));
            assertTrue(View.of(other).thrown(), "a stream that broke off");
            assertEquals("completed", View.of(other).events().getLast());
            other.close();
        }
    }

    @Test
    void meetsTheErrorClassOfEachStatus() {
        OpenAIClient stranger = client("wrong");
        assertThrows(UnauthorizedException.class, () -> stranger.responses().create(request()));
        stranger.close();
        upstream.script("sk-a", Fault.of("status=400"), Fault.of("status=429"));
        assertThrows(BadRequestException.class, () -> client.responses().create(request()));
        assertThrows(RateLimitException.class, () -> client.responses().create(request()));
        assertThrows(NotFoundException.class, () -> client.responses().retrieve("resp_unknown"));
    }

    @Test
    void meetsAServerError() {
        upstream.always("sk-a", Fault.of("status=500"));
        assertThrows(InternalServerException.class, () -> client.responses().create(request()));
    }

    /** What the client has seen of a stream, and whether it was told that something is wrong. */
    private record View(List<String> events, boolean thrown) {
        static View of(OpenAIClient client) {
            List<String> seen = new ArrayList<>();
            try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(request())) {
                stream.stream().forEach(event -> seen.add(event.isFailed() ? "failed" : event.isCompleted() ? "completed" : "other"));
                return new View(seen, false);
            } catch (OpenAIException e) {
                return new View(seen, true);
            }
        }
    }

    @Test
    void doesNotSeeAnOverloadedAccountInsideA200() throws IOException {
        upstream.always("sk-a", Fault.of("overloaded"));
        try (RunningGateway two = RunningGateway.accounts(upstream.baseUri(), 2, "failover: {commit: first-output}\n")) {
            OpenAIClient other = OpenAIOkHttpClient.builder().baseUrl(two.uri().toString()).apiKey("none").maxRetries(0).build();
            View view = View.of(other);
            other.close();
            assertEquals("completed", view.events().getLast());
            assertFalse(view.events().contains("failed") || view.thrown());
            assertEquals("sk-b", upstream.log().last().accountKey());
        }
    }

    @Test
    void survivesWhateverTheUpstreamDoes() throws IOException {
        try (RunningGateway quick = RunningGateway.accounts(upstream.baseUri(), 1,
                "stream: {idle-timeout: 300ms}\nfailover: {breaker: {failures: 1000}}\n")) {
            OpenAIClient other = OpenAIOkHttpClient.builder().baseUrl(quick.uri().toString()).apiKey("none").maxRetries(0).build();
            for (String fault : new String[] {"overloaded", "deltas=20;cut=2500", "deltas=20;cutafter=6", "deltas=20;rst=3000", "stall=5",
                    "noend", "cut=100", "fail=server_error;failat=3", "incomplete"}) {
                upstream.script("sk-a", Fault.of(fault));
                View view = View.of(other);
                boolean legalEnd = fault.equals("overloaded") || fault.startsWith("fail") || fault.equals("incomplete");
                assertEquals(!legalEnd, view.thrown(), fault + " " + view);
                assertFalse(view.events().contains("completed"), fault + " " + view);
                long failures = view.events().stream().filter("failed"::equals).count();
                assertTrue(failures <= 1, fault + " " + view);
                assertEquals(fault.equals("overloaded") || fault.startsWith("fail"), legalEnd && failures == 1, fault);
                assertEquals("completed", View.of(other).events().getLast(), "the next stream after " + fault);
            }
            other.close();
        }
    }
}
