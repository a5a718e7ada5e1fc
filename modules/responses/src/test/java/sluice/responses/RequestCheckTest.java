package sluice.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import sluice.api.BodyEdit;
import sluice.api.GatewayError;
import sluice.api.JsonValue;
import sluice.api.OutboundBody;
import sluice.api.RequestBody;
import sluice.api.RequestBody.Field;

class RequestCheckTest {
    /** A body of which only members are known. */
    private static final class Known implements RequestBody {
        private final Map<Field, JsonValue> fields = new EnumMap<>(Field.class);
        private final Set<Field> repeated = EnumSet.noneOf(Field.class);
        private JsonValue conversationId = JsonValue.ABSENT;

        Known with(Field field, JsonValue value) {
            fields.put(field, value);
            return this;
        }

        @Override
        public int length() {
            return 2;
        }

        @Override
        public JsonValue field(Field field) {
            return fields.getOrDefault(field, JsonValue.ABSENT);
        }

        @Override
        public JsonValue at(String path) {
            return path.equals("conversation.id") ? conversationId : JsonValue.ABSENT;
        }

        @Override
        public boolean isRepeated(Field field) {
            return repeated.contains(field);
        }

        @Override
        public boolean hasEncryptedContent() {
            return false;
        }

        @Override
        public OutboundBody edited(List<BodyEdit> edits) {
            throw new UnsupportedOperationException();
        }
    }

    private static Known body() {
        return new Known().with(Field.MODEL, JsonValue.string("gpt-5"));
    }

    private static String fault(RequestBody body) {
        return switch (RequestCheck.check(body, true)) {
            case Check.Passed passed -> "none";
            case Check.Refused(GatewayError error) -> error.code() + " " + error.param();
        };
    }

    @Test
    void refusesMembersThatTwoReadersCouldReadDifferently() {
        for (Field field : List.of(Field.MODEL, Field.STREAM, Field.STORE, Field.BACKGROUND, Field.CONVERSATION,
                Field.PREVIOUS_RESPONSE_ID, Field.PROMPT, Field.TYPE, Field.STREAM_ID, Field.GENERATE)) {
            Known body = body();
            body.repeated.add(field);
            assertEquals("duplicate_member " + field.key(), fault(body));
        }
        Known body = body();
        body.repeated.add(Field.INPUT);
        assertEquals("none", fault(body));
    }

    @Test
    void aModelIsANameOfReasonableLength() {
        assertEquals("none", fault(body().with(Field.MODEL, JsonValue.string("m".repeat(256)))));
        assertEquals("model_required model", fault(body().with(Field.MODEL, JsonValue.string("m".repeat(257)))));
        assertEquals("model_required model", fault(body().with(Field.MODEL, JsonValue.string("ü".repeat(129)))));
        assertEquals("model_required model", fault(body().with(Field.MODEL, JsonValue.ARRAY)));
        assertEquals("none", fault(new Known().with(Field.PROMPT, JsonValue.OBJECT)));
        assertEquals("model_required model", fault(new Known()));
    }

    @Test
    void idsAreTextsOrNull() {
        assertEquals("none", fault(body().with(Field.PREVIOUS_RESPONSE_ID, JsonValue.NULL)));
        assertEquals("none", fault(body().with(Field.PREVIOUS_RESPONSE_ID, JsonValue.string("resp_1"))));
        assertEquals("invalid_type previous_response_id", fault(body().with(Field.PREVIOUS_RESPONSE_ID, JsonValue.ARRAY)));
        assertEquals("invalid_type previous_response_id", fault(body().with(Field.PREVIOUS_RESPONSE_ID, JsonValue.OBJECT)));
        assertEquals("invalid_type conversation", fault(body().with(Field.CONVERSATION, JsonValue.OBJECT)));
        assertEquals("invalid_type conversation", fault(body().with(Field.CONVERSATION, JsonValue.TRUE)));
        Known named = body().with(Field.CONVERSATION, JsonValue.OBJECT);
        named.conversationId = JsonValue.string("conv_1");
        assertEquals("none", fault(named));
    }

    @Test
    void streamIsTrueFalseOrNull() {
        assertEquals("invalid_type stream", fault(body().with(Field.STREAM, JsonValue.string("true"))));
        GatewayError error = assertInstanceOf(Check.Refused.class,
                RequestCheck.check(body().with(Field.STREAM, JsonValue.ARRAY), true)).error();
        assertEquals(400, error.status());
        assertEquals("invalid_request_error", error.type());
    }
}
