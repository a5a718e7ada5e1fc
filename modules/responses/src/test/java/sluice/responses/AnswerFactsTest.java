package sluice.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sluice.api.TokenUsage;
import sluice.json.JsonReader;

/** Against Jackson, on random objects whose names are the ones that matter, in right and wrong places. */
class AnswerFactsTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String[] NAMES = {"type", "response", "usage", "model", "id", "error", "code", "message",
        "input_tokens", "output_tokens", "input_tokens_details", "cached_tokens", "sequence_number",
        "conversation", "other", "a \"b\" \\", ""};
    private static final String[] TYPES = {"response.completed", "response.output_text.delta", "error", "response.none"};

    @Test
    void readsWhatJacksonReadsFromPiecesOfAnySize() throws Exception {
        Random random = new Random(20);
        AnswerFacts found = new AnswerFacts();
        JsonReader<Fact> json = new JsonReader<>(AnswerTree.EVENT, found);
        for (int round = 0; round < 20_000; round++) {
            ObjectNode tree = object(random, 0);
            byte[] bytes = random.nextBoolean() ? MAPPER.writeValueAsBytes(tree)
                    : MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(tree);
            json.reset();
            found.reset();
            for (int at = 0; at < bytes.length;) {
                int to = Math.min(bytes.length, at + 1 + random.nextInt(20));
                while (at < to) {
                    at = json.feed(bytes, at, to);
                }
            }
            String text = tree.toString();
            assertEquals(true, json.ended(), text);
            assertEquals(EventType.of(text(tree.path("type"))), found.type(), text);
            assertEquals(number(tree.path("sequence_number"), -1), found.sequence(), text);
            assertEquals(text(tree.at("/response/id")), found.responseId(), text);
            assertEquals(usage(tree), found.usage(), text);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"input_tokens\":10,\"output_tokens\":5}                                            | 10 |  5 | false",
        "{\"input_tokens\":0,\"output_tokens\":0}                                             |  0 |  0 | false",
        "{\"input_tokens\":10.7,\"output_tokens\":5}                                          | 10 |  5 | false",
        "{\"input_tokens\":10}                                                                | 10 |  0 | true",
        "{\"output_tokens\":5,\"input_tokens\":null}                                          |  0 |  5 | true",
        "{\"input_tokens\":\"10\",\"output_tokens\":5}                                         |  0 |  5 | true",
        "{\"input_tokens\":-10,\"output_tokens\":5}                                           |  0 |  5 | true",
        "{\"input_tokens\":1e1,\"output_tokens\":5}                                           |  0 |  5 | true",
        "{\"input_tokens\":\"10\",\"output_tokens\":\"5\"}                                      |  0 |  0 | false",
        "{\"input_tokens\":-10,\"output_tokens\":-5}                                          |  0 |  0 | false",
        "{\"input_tokens\":99999999999999999999,\"output_tokens\":5}                          |  0 |  0 | false",
        "{\"prompt_tokens\":10,\"total_tokens\":10}                                           | 10 |  0 | false",
        "{\"prompt_tokens\":10,\"total_tokens\":12}                                           | 10 |  2 | false",
        "{\"output_tokens\":5,\"total_tokens\":12}                                            |  7 |  5 | false",
        "{\"input_tokens\":10,\"output_tokens\":5,\"input_tokens_details\":{\"cached_tokens\":-3}} | 10 |  5 | false",
    })
    void whatIsNotToldWholeIsMarkedAndWhatCannotBeIsNotTold(String usage, long input, long output, boolean estimated) {
        assertEquals(new TokenUsage(input, 0, 0, output, 0, estimated), read(usage));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"input_tokens\":10,\"input_tokens_details\":{\"cached_tokens\":11},\"output_tokens\":5}              | 10 | 10 | 5 | 0",
        "{\"input_tokens\":10,\"output_tokens\":5,\"output_tokens_details\":{\"reasoning_tokens\":4}}           | 10 |  0 | 5 | 4",
        "{\"input_tokens\":10,\"output_tokens\":5,\"output_tokens_details\":{\"reasoning_tokens\":6}}           | 10 |  0 | 5 | 5",
        "{\"output_tokens_details\":{\"reasoning_tokens\":99999999999},\"input_tokens\":10,\"output_tokens\":0} | 10 |  0 | 0 | 0",
        "{\"prompt_tokens\":10,\"total_tokens\":12,\"completion_tokens_details\":{\"reasoning_tokens\":7}}      | 10 |  0 | 2 | 2",
    })
    void noMoreIsCachedThanWasReadAndNoMoreWasThoughtThanWritten(String usage, long input, long cached, long output, long reasoning) {
        assertEquals(TokenUsage.told(input, cached, output, reasoning), read(usage));
    }

    private static TokenUsage read(String usage) {
        AnswerFacts found = new AnswerFacts();
        byte[] bytes = ("{\"id\":\"resp_1\",\"usage\":" + usage + "}").getBytes(StandardCharsets.UTF_8);
        JsonReader<Fact> json = new JsonReader<>(AnswerTree.ANSWER, found);
        for (int at = 0; at < bytes.length;) {
            at = json.feed(bytes, at, bytes.length);
        }
        return found.usage();
    }

    private static TokenUsage usage(JsonNode tree) {
        JsonNode inner = tree.at("/response/usage");
        JsonNode outer = tree.path("usage");
        // the later one counts, and no real event has both
        boolean innerLast = inner.isObject() && (!outer.isObject()
                || tree.toString().lastIndexOf("\"usage\"") > 0 && lastMember(tree).equals("response"));
        JsonNode usage = innerLast ? inner : outer;
        return usage.isObject() ? ToldUsage.of(number(usage.path("input_tokens"), -1), number(usage.path("output_tokens"), -1), -1,
                number(usage.at("/input_tokens_details/cached_tokens"), -1), -1,
                number(usage.at("/output_tokens_details/reasoning_tokens"), -1)) : TokenUsage.NONE;
    }

    private static String lastMember(JsonNode tree) {
        String last = "";
        for (var names = tree.fieldNames(); names.hasNext();) {
            String name = names.next();
            last = name.equals("usage") || name.equals("response") ? name : last;
        }
        return last;
    }

    private static String text(JsonNode node) {
        return node.isTextual() ? node.asText() : "";
    }

    private static long number(JsonNode node, long otherwise) {
        return node.isNumber() ? node.asLong() : otherwise;
    }

    private static ObjectNode object(Random random, int depth) {
        ObjectNode node = MAPPER.createObjectNode();
        for (int i = random.nextInt(6); i > 0; i--) {
            node.set(NAMES[random.nextInt(NAMES.length)], value(random, depth + 1));
        }
        return node;
    }

    private static JsonNode value(Random random, int depth) {
        return switch (random.nextInt(depth > 4 ? 5 : 9)) {
            case 0 -> MAPPER.getNodeFactory().textNode(random.nextBoolean() ? TYPES[random.nextInt(TYPES.length)]
                    : "naïve \" \\ \n } ] { [ " + NAMES[random.nextInt(NAMES.length)]);
            case 1, 2 -> MAPPER.getNodeFactory().numberNode(random.nextInt(100_000));
            case 3 -> MAPPER.getNodeFactory().nullNode();
            case 4 -> MAPPER.getNodeFactory().booleanNode(random.nextBoolean());
            case 5 -> {
                ArrayNode array = MAPPER.createArrayNode();
                array.add(object(random, depth + 1)).add(1).add("]");
                yield array;
            }
            default -> object(random, depth + 1);
        };
    }
}
