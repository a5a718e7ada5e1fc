package sluice.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.api.BodyEdit;
import sluice.api.BodyEdit.CorrectInput;
import sluice.api.BodyEdit.InputCorrection;
import sluice.api.BodyEdit.Put;
import sluice.api.BodyEdit.Remove;
import sluice.api.BodyScanner.Scan;
import sluice.api.OutboundBody;
import sluice.api.RelayOutcome;
import sluice.api.RequestBody;
import sluice.api.RequestBody.Field;

/** What is measured is right: both ways give the same JSON and the same facts. */
class BodyProvidersAgreeTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final List<List<BodyEdit>> EDITS = List.of(
            List.of(),
            List.of(new Put("model", "\"gpt-5.1-codex-mini\"")),
            List.of(new Remove("store"), new Put("reasoning.effort", "\"low\""), new Put("text.verbosity", "\"low\"")),
            List.of(new Remove("model"), new Remove("stream"), new Remove("prompt_cache_key"), new Put("metadata", "{}")),
            List.of(new CorrectInput(Set.of(InputCorrection.DROP_ITEM_IDS))),
            List.of(new CorrectInput(Set.of(InputCorrection.values())), new Put("model", "\"m\"")));

    @ParameterizedTest
    @CsvSource({"2, first", "2, last", "50, first", "50, last", "200, first", "200, last", "500, first", "500, last",
        "11264, first", "11264, last"})
    void theEditedBodiesAreTheSameJson(int kilobytes, String model) throws IOException {
        byte[] bytes = CodexBodies.request(kilobytes * 1024, model.equals("last"));
        assertTrue(Math.abs(bytes.length - kilobytes * 1024) < 1000 + kilobytes * 50, "size " + bytes.length);
        RequestBody tree = scanned("tree", bytes);
        RequestBody splice = scanned("splice", bytes);
        for (Field field : Field.values()) {
            assertEquals(tree.field(field), splice.field(field));
            assertEquals(tree.isRepeated(field), splice.isRepeated(field));
        }
        assertEquals(tree.at("reasoning.effort"), splice.at("reasoning.effort"));
        assertEquals(tree.hasEncryptedContent(), splice.hasEncryptedContent());
        for (List<BodyEdit> edits : EDITS) {
            assertEquals(written(tree.edited(edits)), written(splice.edited(edits)), edits.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theAnswersAreTheSameJson(boolean mapped) throws IOException {
        for (int kilobytes : new int[] {2, 200}) {
            byte[] bytes = CodexBodies.answer(kilobytes * 1024);
            ByteArrayOutputStream buffered = new ByteArrayOutputStream();
            ByteArrayOutputStream streaming = new ByteArrayOutputStream();
            RelayOutcome.Report before = relay("buffered", bytes, mapped, buffered);
            RelayOutcome.Report after = relay("streaming", bytes, mapped, streaming);
            JsonNode answer = MAPPER.readTree(streaming.toByteArray());
            assertEquals(MAPPER.readTree(buffered.toByteArray()), answer);
            assertEquals(mapped ? "fast" : "gpt-5.1-codex", answer.path("model").asText());
            assertEquals(before.usage(), after.usage());
            assertEquals(1200, after.usage().input());
            assertEquals(before.responseId(), after.responseId());
        }
    }

    private static RelayOutcome.Report relay(String name, byte[] bytes, boolean mapped, ByteArrayOutputStream out) {
        RelayOutcome outcome = AnswerBenchmark.relay(name).relay(new AnswerBenchmark.ArraySource(bytes),
                (buffer, offset, length, boundary) -> out.write(buffer, offset, length), AnswerBenchmark.options(mapped));
        return assertInstanceOf(RelayOutcome.Completed.class, outcome).report();
    }

    private static RequestBody scanned(String provider, byte[] bytes) {
        return assertInstanceOf(Scan.Valid.class, BodyBenchmark.scanner(provider).scan(bytes, 0, bytes.length)).body();
    }

    private static JsonNode written(OutboundBody body) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        body.writeTo(out);
        assertEquals(body.length(), out.size());
        return MAPPER.readTree(out.toByteArray());
    }
}
