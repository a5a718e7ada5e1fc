package sluice.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import sluice.api.AccountStatus;
import sluice.api.TokenUsage;
import sluice.records.EndedRequest;

class GatewayMetricsTest {
    private final ScriptedGateway gateway = new ScriptedGateway();
    private final Operations operations = new Operations(gateway, Requests.ADMIN, () -> 1_700_000_000_000L);

    private void shows(String line) {
        String page = operations.scrape();
        assertTrue(page.contains("\n" + line + "\n"), line + " is not in\n" + page);
    }

    @Test
    void countsRequestsByRouteStatusErrorAndClient() {
        operations.ended(Requests.good("team-a", "main", "gpt-5", TokenUsage.NONE));
        operations.ended(Requests.good("team-a", "main", "gpt-5", TokenUsage.NONE));
        operations.ended(Requests.of("", "", "", 401, "invalid_api_key", 0, TokenUsage.NONE, List.of()));
        shows("sluice_requests_total{client=\"team-a\",error=\"\",route=\"POST /v1/responses\",status=\"200\"} 2");
        shows("sluice_requests_total{client=\"\",error=\"invalid_api_key\",route=\"POST /v1/responses\",status=\"401\"} 1");
    }

    @Test
    void countsTokensOfNamedModelsAndPutsAllOthersTogether() {
        operations.ended(Requests.good("team-a", "main", "gpt-5", TokenUsage.told(100, 60, 20, 5)));
        operations.ended(Requests.good("team-a", "main", "whatever-a-user-says", TokenUsage.told(7, 0, 1, 0)));
        shows("sluice_tokens_total{account=\"main\",client=\"team-a\",kind=\"input\",model=\"gpt-5\"} 100");
        shows("sluice_tokens_total{account=\"main\",client=\"team-a\",kind=\"cached\",model=\"gpt-5\"} 60");
        shows("sluice_tokens_total{account=\"main\",client=\"team-a\",kind=\"output\",model=\"gpt-5\"} 20");
        shows("sluice_tokens_total{account=\"main\",client=\"team-a\",kind=\"reasoning\",model=\"gpt-5\"} 5");
        shows("sluice_tokens_total{account=\"main\",client=\"team-a\",kind=\"input\",model=\"other\"} 7");
        assertFalse(operations.scrape().contains("whatever"));
    }

    @Test
    void takesNoErrorCodeThatDoesNotLookLikeOneAndOnlySoManyOfTheOthers() {
        operations.ended(Requests.of("a", "main", "", 400, "No such \"thing\"\n", 1, TokenUsage.NONE, List.of()));
        for (int i = 0; i < 500; i++) {
            operations.ended(Requests.of("a", "main", "", 400, "code_" + i, 1, TokenUsage.NONE, List.of()));
        }
        long series = operations.scrape().lines().filter(line -> line.startsWith("sluice_requests_total{")).count();
        assertEquals(97, series);
        shows("sluice_requests_total{client=\"a\",error=\"other\",route=\"POST /v1/responses\",status=\"400\"} 405");
    }

    @Test
    void tellsFailuresFromFailovers() {
        EndedRequest.FailedTry first = new EndedRequest.FailedTry("one", EndedRequest.Reason.RATE_LIMITED);
        EndedRequest.FailedTry second = new EndedRequest.FailedTry("two", EndedRequest.Reason.UPSTREAM);
        operations.ended(Requests.of("a", "three", "gpt-5", 200, "", 3, TokenUsage.NONE, List.of(first, second)));
        operations.ended(Requests.of("a", "two", "gpt-5", 503, "no_account_available", 2, TokenUsage.NONE,
                List.of(first, second)));
        shows("sluice_failures_total{account=\"one\",reason=\"rate_limited\"} 2");
        shows("sluice_failures_total{account=\"two\",reason=\"upstream\"} 2");
        shows("sluice_failovers_total{account=\"one\",reason=\"rate_limited\"} 2");
        shows("sluice_failovers_total{account=\"two\",reason=\"upstream\"} 1");
        shows("sluice_attempts_total{account=\"one\"} 2");
        shows("sluice_attempts_total{account=\"two\"} 2");
        shows("sluice_attempts_total{account=\"three\"} 1");
    }

    @Test
    void putsTimesIntoCumulativeBuckets() {
        operations.ended(Requests.good("a", "main", "gpt-5", TokenUsage.NONE));
        shows("sluice_gateway_added_seconds_bucket{account=\"main\",le=\"0.005\"} 0");
        shows("sluice_gateway_added_seconds_bucket{account=\"main\",le=\"0.01\"} 1");
        shows("sluice_gateway_added_seconds_bucket{account=\"main\",le=\"+Inf\"} 1");
        shows("sluice_gateway_added_seconds_count{account=\"main\"} 1");
        shows("sluice_gateway_added_seconds_sum{account=\"main\"} 0.009");
        shows("sluice_first_output_seconds_bucket{account=\"main\",le=\"0.025\"} 1");
        shows("sluice_queue_wait_seconds_sum 0.004");
    }

    @Test
    void showsAccountsAsTheyAreNowAndForgetsThoseThatLeft() {
        gateway.accounts.add(ScriptedGateway.account("main", AccountStatus.State.COOLING_DOWN, 2_500_000_000L));
        shows("sluice_account_state{account=\"main\",state=\"cooling_down\"} 1");
        shows("sluice_account_state{account=\"main\",state=\"ready\"} 0");
        shows("sluice_account_cooling_seconds{account=\"main\"} 2.5");
        gateway.accounts.set(0, ScriptedGateway.account("other", AccountStatus.State.READY, 0));
        shows("sluice_account_state{account=\"other\",state=\"ready\"} 1");
        assertFalse(operations.scrape().contains("account=\"main\""));
    }

    @Test
    void namesHelpAndTypeOncePerMetric() {
        gateway.accounts.add(ScriptedGateway.account("a", AccountStatus.State.READY, 0));
        gateway.accounts.add(ScriptedGateway.account("b", AccountStatus.State.READY, 0));
        List<String> types = operations.scrape().lines().filter(line -> line.startsWith("# TYPE")).toList();
        assertEquals(types.stream().distinct().toList(), types);
        assertTrue(types.contains("# TYPE sluice_queue_wait_seconds histogram"));
    }

    @Test
    void showsWhatIsLeftOfBudgetsAndQuotasAndWhenTheyRenew() {
        gateway.accounts.add(ScriptedGateway.account("main", AccountStatus.State.READY, 0));
        shows("sluice_budget_dollars{kind=\"client\",name=\"team-a\",period=\"month\"} 50");
        shows("sluice_budget_left_dollars{kind=\"client\",name=\"team-a\",period=\"month\"} 8");
        shows("sluice_budget_used_ratio{kind=\"client\",name=\"team-a\",period=\"day\"} 0.15");
        shows("sluice_budget_reserved_dollars{kind=\"client\",name=\"team-a\"} 0.25");
        shows("sluice_budget_renewal_seconds{period=\"day\"} 6400");
        shows("sluice_account_quota_left_ratio{account=\"main\",model=\"\",window=\"primary\"} 0.4");
        shows("sluice_account_quota_renewal_seconds{account=\"main\",model=\"\",window=\"primary\"} 3600");
        gateway.accounts.clear();
        assertFalse(operations.scrape().contains("sluice_account_quota"), "what is gone is not shown");
    }
}
