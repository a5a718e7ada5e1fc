package sluice.turns;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import sluice.api.GatewayError;
import sluice.api.JsonValue;
import sluice.api.RequestBody;
import sluice.api.RequestBody.Field;
import sluice.responses.Check;
import sluice.responses.RequestCheck;

/** What a message of a WebSocket client asks for. */
sealed interface MessageKind {
    /** Messages about a turn under way: they are passed on to the account that serves it. */
    Set<String> WORDS = Set.of("response.cancel", "response.processed", "response.inject");

    MessageKind TURN = new Turn();
    MessageKind WORD = new Word();

    /** A turn. */
    record Turn() implements MessageKind { }

    /** Something about a turn under way; nothing answers it. */
    record Word() implements MessageKind { }

    /** Nothing that is known, or two things at once; the client is told so. */
    record Unclear(GatewayError error) implements MessageKind { }

    /** What a message with this body asks for. */
    static MessageKind of(RequestBody body) {
        if (RequestCheck.onceOnly(body, Field.TYPE, Field.STREAM_ID, Field.GENERATE) instanceof Check.Refused(GatewayError error)) {
            return new Unclear(error);
        }
        JsonValue type = body.field(Field.TYPE);
        if (type.isText() && type.text().equals("response.create")) {
            return TURN;
        }
        if (type.isText() && WORDS.contains(type.text())) {
            return WORD;
        }
        return new Unclear(new GatewayError(GatewayError.Source.CLIENT, 400, "invalid_request_error", "invalid_type",
                "The message's 'type' must be \"response.create\", or one of " + String.join(", ", new TreeSet<>(WORDS)) + ".", "type",
                Duration.ZERO));
    }
}
