package sluice.responses;

import java.util.Optional;
import sluice.api.Field;
import sluice.api.GatewayError;
import sluice.api.JsonValue;
import sluice.api.RequestBody;
import sluice.api.Scan;

/** What is checked of a request; everything else is the upstream's business. Stateless. */
public final class RequestCheck {
    /** Fields that two readers must not read differently. */
    private static final Field[] PROTECTED = {Field.MODEL, Field.STREAM, Field.STORE, Field.BACKGROUND, Field.CONVERSATION,
        Field.PREVIOUS_RESPONSE_ID};

    private RequestCheck() {
    }

    /** The error for a body that is not JSON. */
    public static GatewayError malformed(Scan.Malformed fault, int length) {
        return GatewayError.client(400, "invalid_json", length == 0
                ? "The request body is empty; it must be a JSON object."
                : "The request body is not a valid JSON object: " + fault.reason() + " at byte " + fault.offset() + ".");
    }

    /** The fault of a body in which one of {@code fields} occurs twice; empty if none does. */
    public static Optional<GatewayError> onceOnly(RequestBody body, Field... fields) {
        for (Field field : fields) {
            if (body.isRepeated(field)) {
                return Optional.of(GatewayError.client(400, "duplicate_member", "The member '" + field.key()
                        + "' occurs more than once, so that two readers would see two requests. Send it once.")
                        .withParam(field.key()));
            }
        }
        return Optional.empty();
    }

    /** The first fault of a valid JSON body; empty if there is none. */
    public static Optional<GatewayError> check(RequestBody body, boolean modelRequired) {
        Optional<GatewayError> ambiguous = onceOnly(body, PROTECTED);
        if (ambiguous.isPresent()) {
            return ambiguous;
        }
        JsonValue model = body.field(Field.MODEL);
        boolean optional = !modelRequired || !body.field(Field.PROMPT).isEmpty();
        if (model.isEmpty() ? !optional : !model.isText()) {
            return Optional.of(GatewayError.client(400, "model_required",
                    "'model' must be a non-empty string.").withParam("model"));
        }
        JsonValue.Kind stream = body.field(Field.STREAM).kind();
        if (stream != JsonValue.Kind.TRUE && stream != JsonValue.Kind.FALSE && !body.field(Field.STREAM).isEmpty()) {
            return Optional.of(new GatewayError(GatewayError.Source.CLIENT, 400, "invalid_request_error", "invalid_type",
                    "'stream' must be true, false or null.", "stream", java.time.Duration.ZERO));
        }
        return Optional.empty();
    }
}
