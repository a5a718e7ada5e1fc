package sluice.forward;

import java.util.List;
import java.util.Optional;
import sluice.api.Account;
import sluice.api.BodyScanner.Scan;
import sluice.api.Decision;
import sluice.api.GatewayError;
import sluice.api.Headers;
import sluice.api.JsonValue;
import sluice.api.RequestBody;
import sluice.api.RequestBody.Field;
import sluice.api.SelectionRequest;
import sluice.clients.Client;
import sluice.config.ClientPolicy;
import sluice.config.Configuration;
import sluice.responses.Check;
import sluice.responses.Continuation;
import sluice.responses.RequestCheck;
import sluice.responses.SessionSource;

/** What would become of a request, without making it: no account is asked, and nothing is counted. Immutable. */
public sealed interface DryRun {
    /** It would not reach an account. */
    record Refused(GatewayError error) implements DryRun { }

    /**
     * It would.
     *
     * @param decision why that account
     * @param sessionSource what names its session, or stands for it; empty without a session
     * @param upstreamModel what the account calls the model; empty without one
     * @param edits what would be changed in the body
     */
    record Explained(Decision decision, String sessionSource, String upstreamModel, List<String> edits) implements DryRun { }

    /** Goes through the steps for a client's request with this body, at {@code nowNanos}. Thread-safe. */
    static DryRun of(InForce now, Configuration configuration, ClientPolicy client, Headers headers, byte[] body, long nowNanos) {
        return switch (now.intake().scanner().scan(body, 0, body.length)) {
            case Scan.Malformed fault -> new Refused(RequestCheck.malformed(fault, body.length));
            case Scan.Valid(RequestBody request) -> {
                Check fault = RequestCheck.check(request, true);
                yield fault instanceof Check.Refused(GatewayError error) ? new Refused(error)
                        : checked(now, configuration, client, headers, request, body, nowNanos);
            }
        };
    }

    private static DryRun checked(InForce now, Configuration configuration, ClientPolicy client, Headers headers, RequestBody body,
            byte[] json, long nowNanos) {
        JsonValue field = body.field(Field.MODEL);
        String model = field.isText() ? field.text() : "";
        if (!model.isEmpty() && !Client.mayUse(client.models(), model)) {
            return new Refused(GatewayError.client(403, "model_not_allowed", "The client '" + client.name()
                    + "' may not use the model '" + model + "'."));
        }
        String boundTo = Continuation.of(body);
        if (!boundTo.isEmpty() && now.pool().owners().isForeign(client.name(), boundTo)) {
            return new Refused(GatewayError.client(404, "response_not_found", "There is no response '" + boundTo + "'."));
        }
        SessionSource.Found session = now.pool().sessions().sessionOf(client.name(), headers, body, json, 0, json.length);
        Decision decision = now.pool().scheduler().explain(SelectionRequest.by(client.name()).model(model).session(session.session())
                .boundTo(boundTo).encryptedContent(body.hasEncryptedContent()).waiting(configuration.slotWait().toNanos())
                .seed(nowNanos).build());
        Optional<Account> account = configuration.accounts().stream()
                .filter(one -> one.name().equals(decision.account())).findFirst();
        String upstreamModel = account.flatMap(one -> one.upstreamModel(model)).orElse("");
        List<String> edits = account.map(one -> BodyRules.edits(one, body, model, upstreamModel, decision.asked().stripsReasoning())
                .stream().map(Object::toString).toList()).orElse(List.of());
        return new Explained(decision, session.source(), upstreamModel, edits);
    }
}
