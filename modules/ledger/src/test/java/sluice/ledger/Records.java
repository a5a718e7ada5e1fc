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
        return of("req_" + number, TIME + number, "team", "gpt-5", "flex", OptionalLong.of(number * 1000L));
    }

    static UsageRecord of(String id, long time, String client, String model, OptionalLong cost) {
        return of(id, time, client, model, "", cost);
    }

    private static UsageRecord of(String id, long time, String client, String model, String tier, OptionalLong cost) {
        return new UsageRecord(id, new UsageRecord.Times(time, 1_000_000, 500_000), new UsageRecord.Who(client, "research", 7),
                new UsageRecord.Asked("POST /v1/responses", model, tier, true, 100), new UsageRecord.Served("main", model, 1, 0),
                new UsageRecord.Result("resp_1", 200, ""),
                new UsageRecord.Charge(new TokenUsage(10, 2, 3, 5, 1, false), cost));
    }

    static UsageSink.Factory factory(String name) {
        return name.equals("log") ? new LogSinkFactory() : new SqliteSinkFactory();
    }

    static Map<String, String> settings(Path file, int rotate, int keep) {
        return Map.of("path", file.toString(), "rotate", Integer.toString(rotate), "keep", Integer.toString(keep));
    }
}
