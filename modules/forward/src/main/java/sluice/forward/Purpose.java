package sluice.forward;

import java.util.List;
import sluice.api.Headers;
import sluice.api.JsonValue;
import sluice.api.RequestBody;
import sluice.api.RequestBody.Field;
import sluice.config.ClientPolicy;
import sluice.responses.Check;
import sluice.responses.Continuation;
import sluice.responses.SessionSource;

/**
 * What a request with a body is for, and whether its client may ask for that. A request that is forwarded and one that is only
 * explained are judged here alike. Immutable.
 *
 * @param body the checked body
 * @param model what the client calls the model; empty without one
 * @param session its session, and what names it
 * @param items what it takes from its account's store
 * @param own what ties it to accounts, apart from the items
 */
record Purpose(RequestBody body, String model, SessionSource.Found session, List<String> items, Affinity own) {
    /** Of a client's request, whose body has passed the check. */
    static Purpose of(InForce now, String client, Headers headers, ReadBody read) {
        RequestBody body = read.body();
        SessionSource.Found session = now.pool().sessions().sessionOf(client, headers, body, read.json(), read.from(), read.to());
        return new Purpose(body, modelOf(body), session, now.pool().owners().itemsIn(read.json(), read.from(), read.to()),
                Affinity.of(session.session(), body, now.policy().resend()));
    }

    /** The model that a body names; empty without one. */
    static String modelOf(RequestBody body) {
        JsonValue model = body.field(Field.MODEL);
        return model.isText() ? model.text() : "";
    }

    /** Whether the client may ask for the model, and for what the request names of what accounts keep. */
    Check refusal(InForce now, ClientPolicy client) {
        ResponseOwners owners = now.pool().owners();
        Check fault = model.isEmpty() ? AllowedModels.open(client.models(), "the request names none: a prompt template could name any."
                + " Send 'model'; GET /v1/models lists what it may use") : AllowedModels.of(client.models(), model);
        if (fault instanceof Check.Passed) {
            fault = owners.mayTake(client.name(), items);
        }
        if (fault instanceof Check.Passed) {
            fault = owners.exists(client.name(), own.boundTo());
        }
        if (fault instanceof Check.Passed) {
            fault = owners.exists(client.name(), Continuation.conversation(body));
        }
        // Files and their like are made at paths that are passed on; where none are, no client has any.
        return fault instanceof Check.Passed && now.policy().otherPaths().any()
                ? owners.mayName(client.name(), StoredIds.in(body)) : fault;
    }

    /** What ties it to accounts. */
    Affinity affinity() {
        return own.orTo(items);
    }
}
