package sluice.ledger;

import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import sluice.api.TokenUsage;
import sluice.api.UsageRecord;
import sluice.api.UsageSink;

/** Usage records for tests. */
final class Records {
    /** 2023-11-14T22:13:20Z. */
    static final long TIME = 1_700_000_000_000L;

    private Records() {
    }

    static UsageRecord of(int number) {
        return of("req_" + number, TIME + number, "team", "gpt-5", OptionalLong.of(number * 1000L));
    }

    static UsageRecord of(String id, long time, String client, String model, OptionalLong cost) {
        return new UsageRecord(id, time, client, "main", "POST /v1/responses", model, model, "resp_1", true, 200, "", 1, 0,
                new TokenUsage(10, 2, 5, 1, false), 100, 1_000_000, 500_000, cost);
    }

    static UsageSink.Factory factory(String name) {
        return name.equals("log") ? new LogSinkFactory() : new SqliteSinkFactory();
    }

    static Map<String, String> settings(Path file, int rotate, int keep) {
        return Map.of("path", file.toString(), "rotate", Integer.toString(rotate), "keep", Integer.toString(keep));
    }
}
