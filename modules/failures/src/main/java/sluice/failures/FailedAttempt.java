package sluice.failures;

import java.time.Duration;
import sluice.api.Account;
import sluice.api.Headers;
import sluice.json.AccountNames;

/**
 * What is left of a failed attempt: enough to answer the client with, should no other account be found.
 *
 * @param rule the row that judged it
 * @param account the account's name
 * @param status HTTP status, also where a WebSocket or an event told the failure without one; 0 if nothing was told
 * @param headers the answer's headers
 * @param body the answer's body; empty if it was not an answer
 * @param error what the answer or the event said
 * @param retryAfter how long the account asked to be left alone; zero if it did not
 * @param requestSent whether the account may have got the request
 * @param detail for the log
 */
public record FailedAttempt(FailureRules.Rule rule, String account, int status, Headers headers, byte[] body, UpstreamError error,
        Duration retryAfter, boolean requestSent, String detail) {
    /** Whether the account may have done the work and billed it: it got the request, and did not refuse it. */
    public boolean mayHaveRun() {
        return requestSent && switch (rule.fault()) {
            case UPSTREAM, TRANSPORT -> true;
            case REQUEST, ACCOUNT, ACCOUNT_MODEL, ACCOUNT_ROUTE, CLIENT -> false;
        };
    }

    /** The same without the account's secrets, which nobody may see, and without what names its owner, which clients may not see. */
    public FailedAttempt withoutSecretsOf(Account used) {
        AccountSecrets secrets = new AccountSecrets(used);
        UpstreamError clean = new UpstreamError(error.code(), error.type(), secrets.hiddenIn(error.message()), error.json(),
                error.openAi(), error.resetsIn());
        return new FailedAttempt(rule, account, status, headers, secrets.hiddenIn(body), clean, retryAfter, requestSent,
                secrets.hiddenIn(detail)).withoutNames();
    }

    /** The names of the account's owner are for the log, and not for clients. */
    private FailedAttempt withoutNames() {
        byte[] said = body.clone();
        boolean inBody = AccountNames.hide(said, 0, said.length);
        String message = AccountNames.hidden(error.message());
        return !inBody && message.equals(error.message()) ? this : new FailedAttempt(rule, account, status, headers, said,
                new UpstreamError(error.code(), error.type(), message, error.json(), error.openAi(), error.resetsIn()),
                retryAfter, requestSent, detail);
    }
}
