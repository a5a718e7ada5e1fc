package sluice.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sluice.api.TokenUsage;
import sluice.records.EndedRequest;

class EndingTest {
    @ParameterizedTest
    @CsvSource({"200, '', GOOD", "200, client_gone, REFUSED", "200, upstream_stream_broken, FAILED", "400, invalid_json, REFUSED",
        "401, invalid_api_key, REFUSED", "404, model_not_found, REFUSED", "429, client_rate, REFUSED", "429, client_concurrency, REFUSED",
        "429, client_connections, REFUSED", "429, budget_exhausted, REFUSED", "429, usage_limit_reached, FAILED",
        "429, rate_limit_exceeded, FAILED", "499, client_gone, REFUSED", "502, upstream_unreachable, FAILED", "503, draining, FAILED"})
    void clientsOwnFaultsAreNoErrorsOfTheGateway(int status, String code, Ending ending) {
        assertEquals(ending, Ending.of(Requests.of("c", "a", "m", status, code, 1, TokenUsage.NONE, List.of())));
    }

    @ParameterizedTest
    @CsvSource({"REQUEST, REFUSED", "CLIENT_GONE, REFUSED", "UPSTREAM, FAILED", "TRANSPORT, FAILED", "USAGE_LIMIT, FAILED"})
    void aStreamThatEndsInAFailureIsJudgedByItsReason(EndedRequest.Reason reason, Ending ending) {
        assertEquals(ending, Ending.of(Requests.of("c", "a", "m", 200, "some_code", 1, TokenUsage.NONE,
                List.of(new EndedRequest.FailedTry("a", reason)))));
    }
}
