package sluice.responses;

import java.nio.charset.StandardCharsets;
import sluice.api.BodyScanner.Scan;
import sluice.api.RequestBody.Field;
import sluice.api.GatewayError;
import sluice.api.JsonValue;
import sluice.api.RequestBody;
import sluice.json.JsonMembers;

/** What is checked of a request; everything else is the upstream's business. Stateless. */
public final class RequestCheck {
    /** Members that two readers must not read differently; the last three are those of a WebSocket's messages. */
    private static final Field[] PROTECTED = {Field.MODEL, Field.STREAM, Field.STORE, Field.BACKGROUND, Field.CONVERSATION,
        Field.PREVIOUS_RESPONSE_ID, Field.PROMPT, Field.TYPE, Field.STREAM_ID, Field.GENERATE};
    /** Longer than any name of a model; what is kept and told of a request stays short. */
    private static final int MAX_MODEL_BYTES = 256;

    private RequestCheck() {
    }

    /** The error for a body that is not JSON. */
    public static GatewayError malformed(Scan.Malformed fault, int length) {
        return GatewayError.client(400, "invalid_json", length == 0
                ? "The request body is empty; it must be a JSON object."
                : "The request body is not a valid JSON object: " + fault.reason() + " at byte " + fault.offset() + ".");
    }

    /** Whether none of {@code fields} occurs twice in a body. */
    public static Check onceOnly(RequestBody body, Field... fields) {
        for (Field field : fields) {
            if (body.isRepeated(field)) {
                return Check.refused(GatewayError.client(400, "duplicate_member", "The member '" + field.key()
                        + "' occurs more than once, or in more than one spelling, so that two readers would see two requests. "
                        + "Send it once.")
                        .withParam(field.key()));
            }
        }
        return Check.PASSED;
    }

    /** Whether no two readers would read a body as two requests. */
    public static Check ambiguous(RequestBody body) {
        return onceOnly(body, PROTECTED);
    }

    /** Whether the gateway takes a valid JSON body, which is {@code json[from, to)}. */
    public static Check check(RequestBody body, byte[] json, int from, int to, boolean modelRequired) {
        Check fault = check(body, modelRequired);
        return fault instanceof Check.Refused ? fault : ambiguousConversation(body, json, from, to);
    }

    /** The same, as far as the scan tells it. */
    static Check check(RequestBody body, boolean modelRequired) {
        Check ambiguous = ambiguous(body);
        if (ambiguous instanceof Check.Refused) {
            return ambiguous;
        }
        JsonValue model = body.field(Field.MODEL);
        boolean optional = !modelRequired || !body.field(Field.PROMPT).isEmpty();
        if (model.isEmpty() ? !optional : !isName(model)) {
            return Check.refused(GatewayError.client(400, "model_required",
                    "'model' must be a non-empty string of at most " + MAX_MODEL_BYTES + " bytes.").withParam("model"));
        }
        JsonValue previous = body.field(Field.PREVIOUS_RESPONSE_ID);
        if (!previous.isEmpty() && previous.kind() != JsonValue.Kind.STRING) {
            return Check.refused(wrongType(Field.PREVIOUS_RESPONSE_ID, "a string or null"));
        }
        JsonValue conversation = body.field(Field.CONVERSATION);
        boolean object = conversation.kind() == JsonValue.Kind.OBJECT
                && body.at(Field.CONVERSATION.key() + ".id").kind() == JsonValue.Kind.STRING;
        if (!conversation.isEmpty() && conversation.kind() != JsonValue.Kind.STRING && !object) {
            return Check.refused(wrongType(Field.CONVERSATION, "a string, an object with a string 'id', or null"));
        }
        JsonValue.Kind stream = body.field(Field.STREAM).kind();
        if (stream != JsonValue.Kind.TRUE && stream != JsonValue.Kind.FALSE && !body.field(Field.STREAM).isEmpty()) {
            return Check.refused(wrongType(Field.STREAM, "true, false or null"));
        }
        return Check.PASSED;
    }

    /** Whether the conversation of a body has one id at most: two readers would read more as two conversations. */
    private static Check ambiguousConversation(RequestBody body, byte[] json, int from, int to) {
        if (body.field(Field.CONVERSATION).kind() != JsonValue.Kind.OBJECT) {
            return Check.PASSED;
        }
        JsonMembers members = new JsonMembers(json, from, to);
        int ids = 0;
        while (members.next()) {
            if (members.name().equals(Field.CONVERSATION.key())) {
                JsonMembers parts = new JsonMembers(json, members.valueFrom(), members.valueTo());
                while (parts.next()) {
                    ids += parts.name().equalsIgnoreCase("id") ? 1 : 0;
                }
            }
        }
        return ids < 2 ? Check.PASSED : Check.refused(GatewayError.client(400, "duplicate_member", "The member 'conversation.id' occurs"
                + " more than once, or in more than one spelling, so that two readers would see two requests. Send it once.")
                .withParam("conversation"));
    }

    private static boolean isName(JsonValue model) {
        return model.isText() && model.text().length() <= MAX_MODEL_BYTES
                && model.text().getBytes(StandardCharsets.UTF_8).length <= MAX_MODEL_BYTES;
    }

    private static GatewayError wrongType(Field field, String wanted) {
        return GatewayError.client(400, "invalid_type", "'" + field.key() + "' must be " + wanted + ".").withParam(field.key());
    }
}
