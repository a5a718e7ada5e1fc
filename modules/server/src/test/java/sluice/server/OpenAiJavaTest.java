package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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
}
