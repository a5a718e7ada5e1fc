package sluice.failures;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import sluice.api.UpstreamResult;

class FailureRulesTest {
    private static FailureRules.Rule answer(int status, String code, String message, boolean openAi) {
        return FailureRules.judge(Failure.answer(status, new UpstreamError(code, "", message, openAi, openAi, Duration.ZERO)));
    }

    @ParameterizedTest
    @CsvSource({
        "400, '', '', true, REQUEST, PASS",
        "400, server_is_overloaded, '', true, UPSTREAM, NEXT_ACCOUNT",
        "400, slow_down, '', true, UPSTREAM, NEXT_ACCOUNT",
        "400, '', 'Selected model at capacity, sorry', true, UPSTREAM, NEXT_ACCOUNT",
        "400, invalid_encrypted_content, '', true, REQUEST, STRIP_ONCE",
        "401, '', '', true, ACCOUNT, NEXT_ACCOUNT",
        "402, '', '', false, ACCOUNT, NEXT_ACCOUNT",
        "403, '', '', true, ACCOUNT, NEXT_ACCOUNT",
        "403, '', '', false, REQUEST, PASS",
        "403, model_not_found, '', true, ACCOUNT_MODEL, NEXT_ACCOUNT",
        "404, model_not_found, '', true, ACCOUNT_MODEL, NEXT_ACCOUNT",
        "404, '', 'You do not have access to the model', true, ACCOUNT_MODEL, NEXT_ACCOUNT",
        "404, '', '', true, REQUEST, NEXT_IF_OWNER_UNKNOWN",
        "400, previous_response_not_found, '', true, REQUEST, NEXT_IF_OWNER_UNKNOWN",
        "400, '', 'Selected model is at capacity. Please try a different model.', true, UPSTREAM, NEXT_ACCOUNT",
        "405, '', '', true, REQUEST, PASS",
        "408, '', '', true, UPSTREAM, NEXT_ACCOUNT",
        "409, '', '', true, REQUEST, PASS",
        "413, '', '', true, REQUEST, PASS",
        "415, '', '', true, REQUEST, PASS",
        "422, '', '', true, REQUEST, PASS",
        "429, '', '', true, ACCOUNT, NEXT_ACCOUNT",
        "429, insufficient_quota, '', true, ACCOUNT, NEXT_ACCOUNT",
        "429, rate_limit_exceeded, 'Request too large for gpt-5', true, REQUEST, PASS",
        "500, '', '', false, UPSTREAM, NEXT_ACCOUNT",
        "502, '', '', false, UPSTREAM, NEXT_ACCOUNT",
        "503, '', '', false, UPSTREAM, NEXT_ACCOUNT",
        "504, '', '', false, UPSTREAM, NEXT_ACCOUNT",
        "520, '', '', false, UPSTREAM, NEXT_ACCOUNT",
        "529, '', '', false, UPSTREAM, NEXT_ACCOUNT",
        "302, '', '', false, REQUEST, PASS",
    })
    void judgesAnswers(int status, String code, String message, boolean openAi, FailureRules.Fault fault,
            FailureRules.Effect effect) {
        FailureRules.Rule rule = answer(status, code, message, openAi);
        assertEquals(fault, rule.fault());
        assertEquals(effect, rule.effect());
    }

    @Test
    void neverShowsTheOperatorsAccountToAClient() {
        for (int status : new int[] {401, 402, 403}) {
            assertEquals(FailureRules.Answer.UNAVAILABLE, answer(status, "", "", true).answer());
        }
        assertEquals(FailureRules.Answer.UNAVAILABLE, answer(429, "insufficient_quota", "", true).answer());
        assertEquals(FailureRules.Answer.RATE_LIMITED, answer(429, "", "", true).answer());
    }

    @ParameterizedTest
    @CsvSource({
        "429, rate_limit_exceeded, '', ACCOUNT, NEXT_ACCOUNT", "0, server_is_overloaded, '', UPSTREAM, NEXT_ACCOUNT",
        "0, '', server_error, UPSTREAM, NEXT_ACCOUNT", "0, context_length_exceeded, invalid_request_error, REQUEST, PASS",
        "0, '', '', REQUEST, PASS",
    })
    void judgesEvents(int status, String code, String type, FailureRules.Fault fault, FailureRules.Effect effect) {
        FailureRules.Rule rule = FailureRules.judge(Failure.event(status, code, type, ""));
        assertEquals(fault, rule.fault());
        assertEquals(effect, rule.effect());
    }

    @Test
    void repeatsWhatMayHaveRunOnlyByRule() {
        assertEquals(FailureRules.Effect.NEXT_ACCOUNT, FailureRules.judge(Failure.unreachable(UpstreamResult.Kind.RESET, false)).effect());
        assertEquals(FailureRules.Effect.NEXT_IF_RESEND_ALLOWED,
                FailureRules.judge(Failure.unreachable(UpstreamResult.Kind.RESET, true)).effect());
        assertEquals(FailureRules.Effect.NEXT_IF_RESEND_ALLOWED,
                FailureRules.judge(Failure.unreachable(UpstreamResult.Kind.TIMEOUT, true)).effect());
    }

    @ParameterizedTest
    @EnumSource(Match.Origin.class)
    void hasARowForEveryOrigin(Match.Origin origin) {
        for (UpstreamResult.Kind kind : UpstreamResult.Kind.values()) {
            if (origin == Match.Origin.UNREACHABLE && kind == UpstreamResult.Kind.CANCELLED) {
                continue;
            }
            Failure failure = new Failure(origin, 500, "", "", "", false, kind, true);
            assertEquals(origin, FailureRules.judge(failure).when().origin());
        }
    }

    @Test
    void reachesEveryRow() {
        Set<FailureRules.Rule> reached = new HashSet<>();
        for (int status = 0; status < 600; status++) {
            for (String code : new String[] {"", "server_is_overloaded", "invalid_encrypted_content", "model_not_found",
                "insufficient_quota", "rate_limit_exceeded", "previous_response_not_found"}) {
                for (String message : new String[] {"", "model at capacity", "request too large", "access to model x"}) {
                    if (status >= 300) {
                        reached.add(answer(status, code, message, true));
                        reached.add(answer(status, code, message, false));
                    }
                    reached.add(FailureRules.judge(Failure.event(status, code, "", message)));
                }
            }
        }
        for (Match.Origin origin : Match.Origin.values()) {
            for (UpstreamResult.Kind kind : UpstreamResult.Kind.values()) {
                if (origin != Match.Origin.ANSWER && (origin != Match.Origin.UNREACHABLE || kind != UpstreamResult.Kind.CANCELLED)) {
                    reached.add(FailureRules.judge(new Failure(origin, 0, "", "", "", false, kind, true)));
                    reached.add(FailureRules.judge(new Failure(origin, 0, "", "", "", false, kind, false)));
                }
            }
        }
        assertEquals(new HashSet<>(FailureRules.rules()), reached);
    }
}
