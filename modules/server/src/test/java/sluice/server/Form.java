package sluice.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Function;

/** The ways in which an account tells one and the same {@link Refusal}. */
enum Form {
    /** By the status that it usually has. */
    STATUS(refusal -> SayingUpstream.status(refusal.status(), refusal.json())),
    AS_400(refusal -> SayingUpstream.status(400, refusal.json())),
    AS_403(refusal -> SayingUpstream.status(403, refusal.json())),
    AS_404(refusal -> SayingUpstream.status(404, refusal.json())),
    /** As the first event of a stream that is answered with 200. */
    FIRST_EVENT(refusal -> SayingUpstream.events(failed(refusal))),
    /** The same behind {@code response.created}. */
    AFTER_CREATED(refusal -> SayingUpstream.events(SayingUpstream.created(Refusal.MODEL), failed(refusal))),
    /** As an event {@code error}, whose members are the error's. */
    ERROR_EVENT(refusal -> SayingUpstream.events(((ObjectNode) Heard.json("{\"sequence_number\":0}"))
            .setAll(refusal.error().deepCopy().put("kind", refusal.error().path("type").asText()).put("type", "error")).toString())),
    /** As an event {@code error} that holds the error. */
    ERROR_OBJECT(refusal -> SayingUpstream.events(((ObjectNode) Heard.json("{\"type\":\"error\",\"sequence_number\":0}"))
            .set("error", refusal.error()).toString())),
    /** As a response that is not complete. */
    INCOMPLETE(refusal -> SayingUpstream.events(SayingUpstream.created(Refusal.MODEL), failed(refusal).replace("response.failed",
            "response.incomplete"))),
    /** As the one error inside of another, or of a list. */
    INSIDE(refusal -> SayingUpstream.status(400, "[{\"error\":{\"error\":" + refusal.error() + "}}]")),
    /** In the message of a gateway before the account. */
    QUOTED(refusal -> SayingUpstream.status(400, ((ObjectNode) Heard.json("{}"))
            .set("error", ((ObjectNode) Heard.json("{\"type\":\"upstream_error\",\"code\":\"bad_status\"}"))
                    .put("message", "upstream error: {\"error\":" + refusal.error() + "}")).toString())),
    /** In words alone, as {@code detail} or as a text. */
    DETAIL(refusal -> SayingUpstream.status(400, ((ObjectNode) Heard.json("{}")).put("detail", refusal.error().path("message").asText())
            .toString())),
    /** With a status that says that all is well. */
    AS_200(refusal -> SayingUpstream.status(200, "{\"error\":" + refusal.error() + "}")),
    /** As the reason of a close in the turn: a code alone, or words, as far as they fit. */
    CLOSE(refusal -> new SayingUpstream.Say.Close(1008, refusal.reason())),
    /** The same behind {@code response.created}. */
    CLOSE_AFTER_CREATED(refusal -> new SayingUpstream.Say.Close(1011, refusal.reason(),
            List.of(SayingUpstream.created(Refusal.MODEL)))),
    /** By the status, of a request that is for the other route. */
    COMPACT(refusal -> SayingUpstream.status(refusal.status(), refusal.json()));

    private final Function<Refusal, SayingUpstream.Say> say;

    Form(Function<Refusal, SayingUpstream.Say> say) {
        this.say = say;
    }

    /** What the account says. */
    SayingUpstream.Say say(Refusal refusal) {
        return say.apply(refusal);
    }

    boolean isEvent() {
        return this == FIRST_EVENT || this == AFTER_CREATED || this == ERROR_EVENT || this == ERROR_OBJECT || this == INCOMPLETE;
    }

    /** Whether the words are not where the request's own faults are looked for; those pass as they came. */
    boolean isOdd() {
        return this == INCOMPLETE || this == INSIDE || this == QUOTED || this == DETAIL || this == AS_200;
    }

    private static String failed(Refusal refusal) {
        ObjectNode event = (ObjectNode) Heard.json("{\"type\":\"response.failed\",\"sequence_number\":1,\"response\":{\"id\":\"resp_1\","
                + "\"object\":\"response\",\"created_at\":1,\"status\":\"failed\",\"model\":\"gpt-5.1\",\"output\":[],\"usage\":null}}");
        ((ObjectNode) event.get("response")).set("error", refusal.error());
        return event.toString();
    }
}
