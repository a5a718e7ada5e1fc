package sluice.server;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import sluice.api.GatewayError;
import sluice.api.Selection;
import sluice.failures.FailedAttempt;
import sluice.failures.FailureAnswer;
import sluice.failures.Told;

/**
 * Tells the client of a request that no account could serve what {@link FailureAnswer} decides, and notes it in the record.
 * Where a stream's head is out already, the same is told as {@code response.failed}.
 */
final class LastWord {
    private final LongSupplier epochMillis;

    LastWord(LongSupplier epochMillis) {
        this.epochMillis = epochMillis;
    }

    /** No account can be had; {@code last} is what the accounts that were tried said. */
    void unavailable(PooledRequest request, Optional<FailedAttempt> last, Selection.Unavailable none) {
        tell(request, last.isPresent() ? FailureAnswer.exhausted(asked(request), last.get(), none)
                : FailureAnswer.untried(asked(request), none));
    }

    /** No further attempt is possible; {@code soonest} is when an account can be had again, zero if that is not known. */
    void giveUp(PooledRequest request, FailedAttempt failure, Duration soonest) {
        tell(request, FailureAnswer.of(asked(request), failure, soonest));
    }

    /** The client left before any account was called. */
    void clientGone(PooledRequest request) {
        tell(request, new Told.Nothing("the client left while its request waited for a slot"));
    }

    private FailureAnswer.Asked asked(PooledRequest request) {
        return new FailureAnswer.Asked(request.model, request.boundTo, epochMillis.getAsLong());
    }

    private static void tell(PooledRequest request, Told told) {
        switch (told) {
            case Told.InOwnWords(GatewayError error, String detail) -> {
                request.record.failed(error.status(), error.code(), detail);
                request.fail(error);
            }
            case Told.AsItIs(FailedAttempt failure, GatewayError wrapped, String code) -> {
                request.record.failed(failure.status(), code, failure.detail());
                request.passOn(failure, wrapped);
            }
            case Told.Nothing(String detail) -> {
                request.record.failed(499, "client_gone", detail);
                request.abandon();
            }
        }
    }
}
