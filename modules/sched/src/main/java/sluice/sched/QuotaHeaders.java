package sluice.sched;

import java.util.List;
import sluice.api.AccountStatus.Quota;
import sluice.api.Headers;
import sluice.api.PlanWindow;
import sluice.api.ToldSpan;

/**
 * Reads what an answer's headers say of an account's quotas: {@code x-codex-primary-*} and {@code x-codex-secondary-*} of a plan's windows,
 * {@code x-ratelimit-*} of a model's rates. What is missing or makes no sense is not known. Stateless.
 */
final class QuotaHeaders {
    private static final String CODEX = "x-codex-";
    private static final String RATE = "x-ratelimit-";
    private static final double MAX_MILLIS = 365 * 86_400_000.0;

    private QuotaHeaders() {
    }

    /** All that is told. */
    static List<Quota> read(Headers headers, String model, long nowEpochMillis) {
        boolean told = false;
        for (int i = 0; i < headers.size() && !told; i++) {
            told = headers.nameStartsWith(i, CODEX) || headers.nameStartsWith(i, RATE);
        }
        if (!told) {
            return List.of();
        }
        List<Quota> all = PlanWindow.quotas(window(headers, "primary"), window(headers, "secondary"), nowEpochMillis);
        for (String bucket : new String[] {"requests", "tokens"}) {
            double limit = number(headers, RATE + "limit-" + bucket);
            double remaining = number(headers, RATE + "remaining-" + bucket);
            if (limit > 0 && remaining >= 0 && !model.isEmpty()) {
                all.add(new Quota(bucket, model, remaining / limit, 0,
                        nowEpochMillis + millis(headers.first(RATE + "reset-" + bucket).orElse(""))));
            }
        }
        return all;
    }

    private static PlanWindow window(Headers headers, String name) {
        return new PlanWindow(number(headers, CODEX + name + "-used-percent"), number(headers, CODEX + name + "-window-minutes"),
                number(headers, CODEX + name + "-reset-after-seconds"), number(headers, CODEX + name + "-reset-at"));
    }

    /** -1 if there is none. */
    private static double number(Headers headers, String name) {
        int index = headers.find(name);
        if (index < 0) {
            return -1;
        }
        try {
            double value = Double.parseDouble(headers.value(index).strip());
            return value >= 0 && value < Long.MAX_VALUE / 1e6 ? value : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static long millis(String text) {
        return (long) Math.min(ToldSpan.seconds(text) * 1000, MAX_MILLIS);
    }
}
