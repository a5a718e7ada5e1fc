package sluice.failures;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.api.UpstreamResult;
import sluice.failures.FailureRules.Answer;
import sluice.failures.FailureRules.Rule;

class FailureRulesTest {
    /** Reasons that {@link Failure#unreachable} tells by another origin. */
    private static final Set<UpstreamResult.Kind> TOLD_OTHERWISE = Set.of(UpstreamResult.Kind.CANCELLED, UpstreamResult.Kind.NO_WEBSOCKET,
            UpstreamResult.Kind.TOO_LARGE, UpstreamResult.Kind.HELD, UpstreamResult.Kind.NO_ROOM);

    /** Ways to tell one and the same refusal. */
    enum Form { AS_400, AS_403, AS_404, AS_429, AS_503, COMPACT, EVENT, ERROR_EVENT, TURN_ERROR, CLOSE }

    private static UpstreamError read(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return UpstreamError.read(bytes, bytes.length, 0);
    }

    private static Failure told(Form form, String json) {
        UpstreamError said = read(json);
        return switch (form) {
            case AS_400 -> Failure.answer(400, said).ofNewWork();
            case AS_403 -> Failure.answer(403, said);
            case AS_404, COMPACT -> Failure.answer(404, said).ofNewWork();
            case AS_429 -> Failure.answer(429, said);
            case AS_503 -> Failure.answer(503, said).ofNewWork();
            case EVENT, ERROR_EVENT -> Failure.event(0, said.code(), said.type(), said.message());
            case TURN_ERROR -> Failure.event(400, said.code(), said.type(), said.message());
            case CLOSE -> Failure.close(1008, said.message());
        };
    }

    /** What is said, and the row that judges it. */
    static Stream<Arguments> refusals() {
        String model = "model not in the account";
        String reasoning = "encrypted reasoning of another organisation";
        String usage = "usage limit of a plan";
        String quota = "quota used up";
        String key = "key or account refused";
        return Stream.of(
                Arguments.of("{\"detail\":\"The 'gpt-5.1' model is not supported when using Codex with a ChatGPT account.\"}", model),
                Arguments.of("{\"error\":{\"code\":\"model_not_found\",\"message\":\"The model `x` does not exist or you do not have "
                        + "access to it.\"}}", model),
                Arguments.of("{\"error\":{\"code\":null,\"message\":\"The requested model 'x' does not exist.\"}}", model),
                Arguments.of("{\"error\":{\"message\":\"Model 'x' not found\"}}", model),
                Arguments.of("{\"error\":{\"type\":\"forbidden_error\",\"message\":\"usage limit reached\"}}", usage),
                Arguments.of("{\"error\":{\"message\":\"You have reached your usage limit.\"}}", usage),
                Arguments.of("{\"error\":{\"message\":\"Insufficient quota\"}}", quota),
                Arguments.of("{\"error\":{\"message\":\"Rate limit reached for gpt-5.1 on requests per min\"}}", "rate limit"),
                Arguments.of("{\"error\":{\"message\":\"You exceeded your rate limit\"}}", "rate limit"),
                Arguments.of("{\"detail\":\"Too Many Requests\"}", "rate limit"),
                Arguments.of("{\"error\":{\"message\":\"Our servers are currently overloaded. Please try again later.\"}}", "overloaded"),
                Arguments.of("{\"error\":{\"message\":\"Encountered invalidated oauth token for user, failing request\"}}", key),
                Arguments.of("{\"error\":{\"message\":\"Your authentication token has been invalidated.\"}}", key),
                Arguments.of("{\"error\":{\"code\":\"unsupported_country_region_territory\",\"message\":\"Country, region, or territory "
                        + "not supported\"}}", "refused from this address or country"),
                Arguments.of("{\"error\":{\"message\":\"Your IP is not authorized to make this request.\"}}",
                        "refused from this address or country"),
                Arguments.of("{\"error\":{\"message\":\"Your input exceeds the context window of this model.\"}}",
                        "too long, against a policy, not valid"),
                Arguments.of("{\"detail\":\"Project `p` does not have access to model `x`\"}", model),
                Arguments.of("{\"error\":{\"code\":\"DeploymentNotFound\",\"message\":\"The API deployment for this resource does not "
                        + "exist.\"}}", model),
                Arguments.of("{\"error\":{\"message\":\"\\\"The usage limit has been reached\\\"\"}}", usage),
                Arguments.of("{\"error\":{\"message\":\"Error code: 400 - {'error': {'message': 'Rate limit reached for x'}}\"}}",
                        "rate limit"),
                Arguments.of("{\"error\":{\"code\":\"unsupported_value\",\"message\":\"Your organization must be verified to stream this "
                        + "model.\"}}", "organisation not verified"),
                Arguments.of("{\"error\":{\"code\":\"invalid_encrypted_content\",\"message\":\"The encrypted content could not be "
                        + "verified.\"}}", reasoning),
                Arguments.of("{\"error\":{\"code\":null,\"message\":\"The encrypted content gAAA could not be verified. Reason: Encrypted "
                        + "content could not be decrypted or parsed.\"}}", reasoning),
                Arguments.of("{\"error\":{\"message\":\"Encrypted content organization_id did not match the target organization.\"}}",
                        reasoning),
                Arguments.of("{\"error\":{\"type\":\"usage_limit_reached\",\"message\":\"The usage limit has been reached\"}}", usage),
                Arguments.of("{\"error\":{\"code\":\"usage_limit_reached\",\"message\":\"You've hit your usage limit.\"}}", usage),
                Arguments.of("{\"error\":{\"code\":\"insufficient_quota\",\"message\":\"You exceeded your current quota\"}}", quota),
                Arguments.of("{\"error\":{\"code\":\"billing_hard_limit_reached\",\"message\":\"Billing hard limit has been reached\"}}",
                        quota),
                Arguments.of("{\"error\":{\"code\":\"invalid_api_key\",\"message\":\"Incorrect API key provided: sk-x.\"}}", key),
                Arguments.of("{\"error\":{\"code\":\"server_is_overloaded\",\"message\":\"Selected model is at capacity.\"}}",
                        "overloaded"),
                Arguments.of("{\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"Request too large for gpt-5 on tokens per min\"}}",
                        "request too large for the rate limit"),
                Arguments.of("{\"error\":{\"code\":\"previous_response_not_found\",\"message\":\"Previous response with id 'r' not "
                        + "found.\"}}", "previous response not in the account"))
                .flatMap(one -> Arrays.stream(Form.values()).map(form -> Arguments.of(form, one.get()[0], one.get()[1])));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void theSameRefusalHasTheSameEffectHoweverItIsTold(Form form, String json, String row) {
        assertEquals(row, FailureRules.judge(told(form, json)).what());
    }

    /** Faults of a request that hold the words by which an account's refusals are known. */
    static Stream<Arguments> requestFaults() {
        return Stream.of("{\"error\":{\"code\":null,\"message\":\"Invalid value: 'usage limit has been reached'. Use 'auto'.\"}}",
                "{\"error\":{\"code\":\"invalid_value\",\"message\":\"Invalid value: you hit your usage limit\"}}",
                "{\"error\":{\"code\":\"unknown_parameter\",\"message\":\"Unknown model parameter: 'x'.\"}}",
                "{\"error\":{\"message\":\"Unknown parameter: `too many requests`.\"}}",
                "{\"error\":{\"message\":\"Invalid schema for function \\\"rate limit exceeded\\\": it isn't 'an object'\"}}",
                "{\"error\":{\"message\":\"Invalid grammar: rule plus is overloaded\"}}",
                "{\"error\":{\"type\":\"external_connector_error\",\"code\":\"http_error\",\"message\":\"Error retrieving tool list "
                        + "from MCP server: 'x'. Http status code: 429 (Too Many Requests)\"}}",
                "{\"error\":{\"message\":\"MCP server x: invalid API key\"}}",
                "{\"error\":{\"message\":\"Error while downloading https://x.example/a.png: 429 Too Many Requests.\"}}",
                "{\"error\":{\"message\":\"The model gpt-5.1 cannot read this. The file 'file-1' does not exist.\"}}",
                "{\"error\":{\"message\":\"Prompt for model gpt-5.1: the version '3' does not exist.\"}}",
                "{\"error\":{\"message\":\"Invalid arguments '{\\\"code\\\":\\\"usage_limit_reached\\\"}' of call c\"}}",
                "{\"error\":{\"code\":\"invalid_type\",\"message\":\"Not: {\\\"error\\\":{\\\"code\\\":\\\"invalid_api_key\\\"}}\"}}",
                "{\"detail\":\"Unsupported parameter: 'out of credits'\"}",
                "{\"detail\":[{\"type\":\"string_type\",\"msg\":\"usage limit reached\",\"input\":\"usage limit reached\"}]}",
                "{\"error\":{\"message\":\"The tool said \u201cinvalid api key\u201d\"}}")
                .flatMap(json -> Stream.of(Form.AS_400, Form.EVENT, Form.ERROR_EVENT, Form.TURN_ERROR)
                        .map(form -> Arguments.of(form, json)));
    }

    @ParameterizedTest
    @MethodSource("requestFaults")
    void whatAnErrorQuotesIsNotWhatTheAccountSays(Form form, String json) {
        Rule rule = FailureRules.judge(told(form, json));
        assertEquals(List.of(FailureRules.Fault.REQUEST, FailureRules.Effect.PASS, java.util.Optional.empty()),
                List.of(rule.fault(), rule.effect(), rule.outcome()), rule.what());
    }

    @ParameterizedTest
    @CsvSource({
        "rate_limit_exceeded, tokens, rate limit", "'', rate_limit_error, rate limit", "slow_down, '', overloaded",
        "'', overloaded_error, overloaded", "'', usage_limit_reached, usage limit of a plan", "'', insufficient_quota, "
                + "quota used up", "'', authentication_error, key or account refused",
        "context_length_exceeded, invalid_request_error, 'too long, against a policy, not valid'",
        "RATE_LIMIT_EXCEEDED, '', rate limit",
    })
    void aTypeDoesWhereThereIsNoCode(String code, String type, String row) {
        UpstreamError said = new UpstreamError(code, type, "", true, true, java.time.Duration.ZERO);
        for (int status : new int[] {400, 403, 404, 429, 500}) {
            assertEquals(row, FailureRules.judge(Failure.answer(status, said)).what());
        }
        assertEquals(row, FailureRules.judge(Failure.event(0, code, type, "")).what());
    }

    @ParameterizedTest
    @CsvSource({
        "400, true, false, REQUEST, PASS", "401, true, false, ACCOUNT, NEXT_ACCOUNT", "402, false, false, ACCOUNT, NEXT_ACCOUNT",
        "403, true, false, ACCOUNT, NEXT_ACCOUNT", "403, false, false, ACCOUNT, NEXT_ACCOUNT",
        "404, true, false, REQUEST, NEXT_IF_OWNER_UNKNOWN", "404, false, false, REQUEST, NEXT_IF_OWNER_UNKNOWN",
        "404, true, true, REQUEST, NEXT_IF_OWNER_UNKNOWN", "404, false, true, ACCOUNT_ROUTE, NEXT_ACCOUNT",
        "405, true, false, REQUEST, PASS", "405, true, true, ACCOUNT_ROUTE, NEXT_ACCOUNT", "408, true, false, UPSTREAM, NEXT_ACCOUNT",
        "409, true, true, REQUEST, PASS", "413, true, true, REQUEST, PASS", "415, true, true, REQUEST, PASS",
        "422, true, true, REQUEST, PASS", "429, true, false, ACCOUNT, NEXT_ACCOUNT", "500, false, false, UPSTREAM, NEXT_ACCOUNT",
        "502, false, true, UPSTREAM, NEXT_ACCOUNT", "520, false, false, UPSTREAM, NEXT_ACCOUNT",
        "529, false, false, UPSTREAM, NEXT_ACCOUNT",
        "302, false, true, REQUEST, PASS",
    })
    void aStatusDecidesWhereNothingIsSaid(int status, boolean openAi, boolean newWork, FailureRules.Fault fault,
            FailureRules.Effect effect) {
        Failure failure = Failure.answer(status, new UpstreamError("", "", "", openAi, openAi, java.time.Duration.ZERO));
        Rule rule = FailureRules.judge(newWork ? failure.ofNewWork() : failure);
        assertEquals(List.of(fault, effect), List.of(rule.fault(), rule.effect()));
    }

    @ParameterizedTest
    @CsvSource({"401", "402", "429", "500", "503", "404", "408"})
    void anEventThatNamesAStatusIsWhatAnAnswerWouldBe(int status) {
        UpstreamError nothing = new UpstreamError("", "", "", true, true, java.time.Duration.ZERO);
        assertEquals(FailureRules.judge(Failure.answer(status, nothing)), FailureRules.judge(Failure.event(status, "", "", "")));
    }

    @Test
    void neverShowsTheOperatorsAccountToAClient() {
        for (int status : new int[] {401, 403}) {
            for (String body : new String[] {"{\"error\":{\"message\":\"m\"}}", "{\"detail\":\"m\"}", "<html>"}) {
                Answer answer = FailureRules.judge(Failure.answer(status, read(body))).answer();
                assertEquals(status == 403 && !body.contains("error") ? Answer.REFUSED : Answer.UNAVAILABLE, answer);
            }
        }
    }

    @Test
    void repeatsWhatMayHaveRunOnlyByRule() {
        assertEquals(FailureRules.Effect.NEXT_ACCOUNT, FailureRules.judge(Failure.unreachable(UpstreamResult.Kind.RESET, false)).effect());
        for (Failure failure : List.of(Failure.unreachable(UpstreamResult.Kind.RESET, true),
                Failure.unreachable(UpstreamResult.Kind.TIMEOUT, true), Failure.close(1011, ""), Failure.close(1006, ""))) {
            assertEquals(FailureRules.Effect.NEXT_IF_RESEND_ALLOWED, FailureRules.judge(failure).effect());
        }
    }

    @Test
    void aMessageTooLargeForAWebSocketIsNeverTheAccountsFault() {
        Rule rule = FailureRules.judge(Failure.close(1009, "message too big"));
        assertEquals(FailureRules.Effect.NOT_BY_WEBSOCKET, rule.effect());
        assertEquals(java.util.Optional.empty(), rule.outcome());
    }

    @ParameterizedTest
    @EnumSource(Match.Origin.class)
    void hasARowForEveryOrigin(Match.Origin origin) {
        for (UpstreamResult.Kind kind : UpstreamResult.Kind.values()) {
            if (origin != Match.Origin.UNREACHABLE || !TOLD_OTHERWISE.contains(kind)) {
                Failure failure = new Failure(origin, 500, "", "", "", false, kind, true, false);
                assertEquals(true, FailureRules.judge(failure).when().origins().contains(origin));
            }
        }
    }

    @Test
    void reachesEveryRow() {
        Set<Rule> reached = new HashSet<>();
        Stream.concat(refusals(), requestFaults())
                .forEach(one -> reached.add(FailureRules.judge(told((Form) one.get()[0], (String) one.get()[1]))));
        for (String code : new String[] {"", "rate_limit_exceeded", "context_length_exceeded", "unknown_url", "server_error"}) {
            UpstreamError said = new UpstreamError(code, "", "", true, true, java.time.Duration.ZERO);
            for (int status = 300; status < 600; status++) {
                reached.add(FailureRules.judge(Failure.answer(status, said)));
                reached.add(FailureRules.judge(Failure.answer(status, said).ofNewWork()));
                reached.add(FailureRules.judge(Failure.answer(status, UpstreamError.NONE)));
                reached.add(FailureRules.judge(Failure.answer(status, UpstreamError.NONE).ofNewWork()));
            }
            reached.add(FailureRules.judge(Failure.event(0, code, "", "")));
        }
        reached.add(FailureRules.judge(Failure.close(1009, "")));
        reached.add(FailureRules.judge(Failure.close(1011, "")));
        for (Match.Origin origin : Match.Origin.values()) {
            for (UpstreamResult.Kind kind : UpstreamResult.Kind.values()) {
                if (origin != Match.Origin.ANSWER && (origin != Match.Origin.UNREACHABLE || !TOLD_OTHERWISE.contains(kind))) {
                    reached.add(FailureRules.judge(new Failure(origin, 0, "", "", "", false, kind, true, false)));
                    reached.add(FailureRules.judge(new Failure(origin, 0, "", "", "", false, kind, false, false)));
                }
            }
        }
        assertEquals(new HashSet<>(FailureRules.rules()), reached);
    }
}
