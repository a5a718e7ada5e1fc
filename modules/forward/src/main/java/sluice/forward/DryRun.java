package sluice.forward;

import java.util.List;
import java.util.Optional;
import sluice.api.Account;
import sluice.api.BodyScanner.Scan;
import sluice.api.Decision;
import sluice.api.GatewayError;
import sluice.api.Headers;
import sluice.api.RequestBody;
import sluice.api.SelectionRequest;
import sluice.config.ClientPolicy;
import sluice.config.Configuration;
import sluice.responses.Check;
import sluice.responses.RequestCheck;

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

    /**
     * Goes through the steps for a client's request with this body, at {@code nowNanos}: it is refused for what it would be refused for,
     * apart from limits that the client has reached by now. Thread-safe.
     */
    static DryRun of(InForce now, Configuration configuration, ClientPolicy client, Headers headers, byte[] body, long nowNanos) {
        return switch (now.intake().scanner().scan(body, 0, body.length)) {
            case Scan.Malformed fault -> new Refused(RequestCheck.malformed(fault, body.length));
            case Scan.Valid(RequestBody request) -> {
                if (RequestCheck.check(request, body, 0, body.length, true) instanceof Check.Refused(GatewayError error)) {
                    yield new Refused(error);
                }
                Purpose purpose = Purpose.of(now, client.name(), headers, new ReadBody(request, body, 0, body.length));
                yield purpose.refusal(now, client) instanceof Check.Refused(GatewayError error) ? new Refused(error)
                        : explained(now, configuration, client, purpose, nowNanos);
            }
        };
    }

    private static DryRun explained(InForce now, Configuration configuration, ClientPolicy client, Purpose purpose, long nowNanos) {
        String model = purpose.model();
        Affinity affinity = purpose.affinity();
        Decision decision = now.pool().scheduler().explain(SelectionRequest.by(client.name()).model(model).session(affinity.session())
                .boundTo(affinity.boundTo()).encryptedContent(purpose.body().hasEncryptedContent())
                .waiting(configuration.slotWait().toNanos()).seed(nowNanos).build());
        Optional<Account> account = configuration.accounts().stream()
                .filter(one -> one.name().equals(decision.account())).findFirst();
        String upstreamModel = account.flatMap(one -> one.upstreamModel(model)).orElse("");
        List<String> edits = account.map(one -> BodyRules.edits(one, purpose.body(), model, upstreamModel,
                decision.asked().stripsReasoning()).stream().map(Object::toString).toList()).orElse(List.of());
        return new Explained(decision, purpose.session().source(), upstreamModel, edits);
    }
}
