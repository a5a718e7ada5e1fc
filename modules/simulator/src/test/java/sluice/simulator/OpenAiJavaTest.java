package sluice.simulator;

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
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The simulator's answers must be right enough for a real client that checks them. */
class OpenAiJavaTest {
    private SimulatedUpstream upstream;
    private OpenAIClient client;

    @BeforeEach
    void start() throws IOException {
        upstream = SimulatedUpstream.start();
        client = OpenAIOkHttpClient.builder().baseUrl(upstream.baseUri().toString()).apiKey("sk-a").maxRetries(0).build();
    }

    @AfterEach
    void stop() {
        client.close();
        upstream.close();
    }

    @Test
    void createsRetrievesAndDeletes() {
        Response made = client.responses().create(params("hi [[sim:deltas=3;reasoning]]"));

        assertEquals(ResponseStatus.COMPLETED, made.status().orElseThrow());
        assertEquals("Hello from the", made.output().get(1).asMessage().content().get(0).asOutputText().text());
        assertEquals(67, made.usage().orElseThrow().outputTokens());
        assertEquals(made.id(), made.validate().id());
        assertEquals(made.id(), client.responses().retrieve(made.id()).validate().id());
        assertEquals(1, client.responses().inputItems().list(made.id()).data().size());
        client.responses().delete(made.id());
        assertThrows(NotFoundException.class, () -> client.responses().retrieve(made.id()));
    }

    @Test
    void streamsEveryKindOfEvent() {
        StringBuilder text = new StringBuilder();
        int count = 0;
        try (StreamResponse<ResponseStreamEvent> events = client.responses()
                .createStreaming(params("hi [[sim:deltas=4;reasoning]]"))) {
            for (ResponseStreamEvent event : (Iterable<ResponseStreamEvent>) events.stream()::iterator) {
                event.validate();
                event.outputTextDelta().ifPresent(delta -> text.append(delta.delta()));
                count++;
            }
        }
        assertEquals("Hello from the simulated", text.toString());
        assertEquals(18, count);
    }

    @Test
    void callsTools() {
        Response made = client.responses().create(params("hi [[sim:tool=weather;args_b64=eyJjaXR5IjoiUm9tZSJ9]]"));

        assertEquals("{\"city\":\"Rome\"}", made.output().get(0).asFunctionCall().arguments());
        try (StreamResponse<ResponseStreamEvent> events = client.responses().createStreaming(params("hi [[sim:tool=weather]]"))) {
            assertTrue(events.stream().peek(ResponseStreamEvent::validate)
                    .anyMatch(event -> event.functionCallArgumentsDone().isPresent()));
        }
    }

    @Test
    void listsModels() {
        assertTrue(client.models().list().data().stream().anyMatch(model -> model.id().equals("gpt-5.1")));
        assertEquals("gpt-5-mini", client.models().retrieve("gpt-5-mini").validate().id());
    }

    @Test
    void raisesTheRightErrors() {
        assertThrows(UnauthorizedException.class, () -> client.responses().create(params("[[sim:status=401]]")));
        assertThrows(BadRequestException.class, () -> client.responses().create(params("[[sim:status=400]]")));
        assertThrows(NotFoundException.class, () -> client.responses().create(params("[[sim:status=404]]")));
        assertThrows(RateLimitException.class, () -> client.responses().create(params("[[sim:status=429;retry=1]]")));
        assertThrows(InternalServerException.class, () -> client.responses().create(params("[[sim:status=500;body=empty]]")));
    }

    @Test
    void sendsWhatTheCaptureShows() {
        client.responses().create(params("hi"));

        assertTrue(new String(upstream.log().last().body(), StandardCharsets.UTF_8).startsWith("{\"input\":"));
        assertEquals(List.of("gzip"), upstream.log().last().headers().first("accept-encoding").stream().toList());
    }

    private static ResponseCreateParams params(String input) {
        return ResponseCreateParams.builder().model("gpt-5.1").input(input).build();
    }
}
