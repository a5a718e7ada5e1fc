package sluice.failures;

import java.nio.charset.StandardCharsets;
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
    /** Shorter texts are no secrets, and would be found in anything. */
    private static final int MIN_SECRET_CHARS = 8;

    /** Whether the account may have done the work and billed it: it got the request, and did not refuse it. */
    public boolean mayHaveRun() {
        return requestSent && switch (rule.fault()) {
            case UPSTREAM, TRANSPORT -> true;
            case REQUEST, ACCOUNT, ACCOUNT_MODEL, ACCOUNT_ROUTE, CLIENT -> false;
        };
    }

    /**
     * The same without the account's credentials, which upstreams like to repeat in what they say of them: neither clients nor
     * the log nor operations may see them. What names its owner clients do not see.
     */
    public FailedAttempt withoutSecretsOf(Account used) {
        FailedAttempt clean = without(used.endpoint().apiKey().reveal());
        for (String value : used.endpoint().headers().values()) {
            clean = clean.without(value);
        }
        return clean.withoutNames();
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

    private FailedAttempt without(String secret) {
        if (secret.length() < MIN_SECRET_CHARS) {
            return this;
        }
        String text = new String(body, StandardCharsets.ISO_8859_1);
        boolean inBody = text.contains(secret);
        if (!inBody && !detail.contains(secret) && !error.message().contains(secret)) {
            return this;
        }
        String stars = "*".repeat(secret.length());
        return new FailedAttempt(rule, account, status, headers,
                inBody ? text.replace(secret, stars).getBytes(StandardCharsets.ISO_8859_1) : body,
                new UpstreamError(error.code(), error.type(), error.message().replace(secret, stars), error.json(), error.openAi(),
                        error.resetsIn()),
                retryAfter, requestSent, detail.replace(secret, stars));
    }
}
