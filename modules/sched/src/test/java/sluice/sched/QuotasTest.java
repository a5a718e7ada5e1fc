package sluice.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import sluice.api.AccountLease;
import sluice.api.AccountStatus.Quota;
import sluice.api.Decision;
import sluice.api.Headers;
import sluice.api.SelectionRequest;

class QuotasTest {
    private static final String DAY = "86400";
    private final Rig rig = new Rig(Rig.account("a"), Rig.account("b"));

    private static Headers week(String usedPercent, String renewsInSeconds) {
        return Headers.of("x-codex-secondary-used-percent", usedPercent, "x-codex-secondary-window-minutes", "10080",
                "x-codex-secondary-reset-after-seconds", renewsInSeconds);
    }

    private void told(String account, String model, Headers headers) {
        try (AccountLease lease = rig.take(SelectionRequest.by("team").model(model).only(account).build())) {
            lease.answered(headers);
        }
    }

    private Map<String, Integer> used(String model) {
        Map<String, Integer> used = new HashMap<>();
        for (int seed = 0; seed < 200; seed++) {
            used.merge(rig.run(SelectionRequest.by("team").model(model).seed(seed).build()), 1, Integer::sum);
        }
        return used;
    }

    @Test
    void readsPlansAndRates() {
        Headers headers = Headers.of("X-Codex-Primary-Used-Percent", "12.5", "x-codex-primary-window-minutes", "300",
                "x-codex-primary-reset-at", "7200", "x-ratelimit-limit-tokens", "1000", "x-ratelimit-remaining-tokens", "250",
                "x-ratelimit-reset-tokens", "6m0s", "x-ratelimit-limit-requests", "many");

        assertEquals(List.of(new Quota("primary", "", 0.875, 18_000_000, 7_200_000), new Quota("tokens", "gpt-5", 0.25, 0, 361_000)),
                QuotaHeaders.read(headers, "gpt-5", 1_000));
        assertEquals(List.of(), QuotaHeaders.read(Headers.of("x-request-id", "1"), "gpt-5", 1_000));
    }

    @Test
    void usesFirstWhatIsRenewedSoonest() {
        told("a", Rig.MODEL, week("50", DAY));
        told("b", Rig.MODEL, week("50", "518400"));

        Map<String, Integer> used = used(Rig.MODEL);

        assertTrue(used.get("a") > 1.4 * used.getOrDefault("b", 0), used.toString());
        Decision said = rig.scheduler.explain(Rig.anonymous(1));
        double a = ((Decision.Candidate.Fit) said.candidates().get(0)).terms().quota();
        assertTrue(a > ((Decision.Candidate.Fit) said.candidates().get(1)).terms().quota());
        assertEquals(List.of(new Quota("secondary", "", 0.5, 604_800_000, 86_400_000)),
                rig.scheduler.accounts().getFirst().limits().quotas());
    }

    @Test
    void keepsAReserveForSessionsThatLiveThere() {
        String home = rig.run(Rig.request(7));
        told(home, Rig.MODEL, week("95", "518400"));

        assertEquals(null, used(Rig.MODEL).get(home), "strangers go elsewhere");
        assertEquals(home, rig.run(Rig.request(7)), "who lives there stays");
    }

    @Test
    void spendsTheReserveBeforeItIsLost() {
        told("a", Rig.MODEL, week("95", "600"));

        assertTrue(used(Rig.MODEL).get("a") > 0);
    }

    @Test
    void aSpentWindowOfOneModelLeavesTheOthersAlone() {
        told("a", "small", Headers.of("x-ratelimit-limit-requests", "100", "x-ratelimit-remaining-requests", "0",
                "x-ratelimit-reset-requests", "1h"));

        assertEquals(null, used("small").get("a"));
        assertTrue(used("large").get("a") > 0);
    }
}
