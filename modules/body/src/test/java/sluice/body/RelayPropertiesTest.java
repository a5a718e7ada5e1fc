package sluice.body;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.api.Sweeper;

/** What holds for every answer, however it is split into reads. */
class RelayPropertiesTest {
    private static final RelayOptions.Names NAMES = new RelayOptions.Names("gpt-5", "a \"quoted\" name");

    @Property
    void theAnswerIsTheTreeWithItsNameRestored(@ForAll long seed) throws IOException {
        RandomJson random = new RandomJson(seed);
        String answer = answer(random);
        ObjectNode expected = (ObjectNode) TreeEdits.MAPPER.readTree(answer);
        restore(expected);
        if (expected.get("response") instanceof ObjectNode response) {
            restore(response);
        }
        RecordingSink sink = new RecordingSink();
        RelayOutcome.Report report = relay(answer, 1 + random.below(40), sink);
        // Where a name is repeated, the tree knows the last one only, and every one is restored.
        assertEquals(expected, TreeEdits.MAPPER.readTree(sink.bytes()), answer);
        if (expected.path("usage").path("input_tokens").isInt() && !expected.has("response")) {
            assertEquals(expected.path("usage").path("input_tokens").asLong(), report.usage().input());
        }
    }

    @Property
    void theSplitMakesNoDifference(@ForAll long seed) {
        RandomJson random = new RandomJson(seed);
        String answer = answer(random);
        RecordingSink whole = new RecordingSink();
        RecordingSink split = new RecordingSink();
        RelayOutcome.Report first = relay(answer, Integer.MAX_VALUE, whole);
        RelayOutcome.Report second = relay(answer, 1 + random.below(9), split);
        assertEquals(whole.text(), split.text());
        assertEquals(first.usage(), second.usage());
        assertEquals(first.responseId(), second.responseId());
        assertEquals(first.error(), second.error());
    }

    @Property
    void brokenAnswersPassToo(@ForAll long seed) {
        RandomJson random = new RandomJson(seed);
        byte[] answer = answer(random).getBytes(StandardCharsets.ISO_8859_1);
        for (int change = random.below(4); change >= 0; change--) {
            answer[random.below(answer.length)] = (byte) random.below(256);
        }
        String broken = new String(answer, StandardCharsets.ISO_8859_1);
        RecordingSink sink = new RecordingSink();
        relay(broken, 1 + random.below(40), sink, RelayOptions.Names.SAME);
        assertEquals(broken, sink.text());
    }

    private static String answer(RandomJson random) {
        String body = random.body().strip();
        String rest = body.substring(1);
        return "{\"usage\":{\"x\":" + random.value() + ",\"input_tokens\" : " + random.below(1000) + "},\"response\":"
                + (random.below(2) == 0 ? "{\"model\":\"gpt-5-2025-08-07\",\"q\":" + random.value() + "}" : random.value())
                + (rest.strip().equals("}") ? "" : ",") + rest;
    }

    private static void restore(ObjectNode object) {
        JsonNode model = object.path("model");
        if (model.isTextual() && NAMES.isUpstream(model.textValue())) {
            object.put("model", NAMES.client());
        }
    }

    private static RelayOutcome.Report relay(String answer, int pieceBytes, RecordingSink sink) {
        return relay(answer, pieceBytes, sink, NAMES);
    }

    private static RelayOutcome.Report relay(String answer, int pieceBytes, RecordingSink sink, RelayOptions.Names names) {
        Sweeper never = new Sweeper() {
            @Override
            public Registration watch(Watched watched) {
                return () -> { };
            }

            @Override
            public void close() {
                // nothing runs
            }
        };
        RelayOptions options = RelayOptions.defaults(never).withModel(names).withEnding(RelayOptions.Ending.ANY);
        RelayOutcome outcome = new JsonRelay().relay(PiecewiseSource.slow(answer.getBytes(StandardCharsets.UTF_8), pieceBytes),
                sink, options);
        return assertInstanceOf(RelayOutcome.Completed.class, outcome).report();
    }
}
