package sluice.responses;

import sluice.api.JsonValue;
import sluice.api.RequestBody;
import sluice.api.RequestBody.Field;

/** What a request continues, and so which account it needs: a response or a conversation. Stateless. */
public final class Continuation {
    private Continuation() {
    }

    /** The id of the response or the conversation that a body continues; empty without one. */
    public static String of(RequestBody body) {
        JsonValue previous = body.field(Field.PREVIOUS_RESPONSE_ID);
        return previous.isText() ? previous.text() : conversation(body);
    }

    /** The conversation that a body names, by itself or by its id; empty without one. */
    public static String conversation(RequestBody body) {
        JsonValue conversation = body.field(Field.CONVERSATION);
        return switch (conversation.kind()) {
            case STRING -> conversation.text();
            case OBJECT -> body.at("conversation.id").text();
            case ABSENT, NULL, TRUE, FALSE, NUMBER, ARRAY -> "";
        };
    }
}
