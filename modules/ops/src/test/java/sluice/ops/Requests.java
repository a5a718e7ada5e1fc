package sluice.ops;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import sluice.api.Decision;
import sluice.api.Secret;
import sluice.api.TokenUsage;
import sluice.api.UsageRecord;
import sluice.config.ServerSettings;
import sluice.records.EndedRequest;
import sluice.records.StageTimes;

/** Ended requests for tests. */
final class Requests {
    static final StageTimes TIMES = new StageTimes(1_000_000, 2_000_000, 3_000_000, 4_000_000, 5_000_000, 0, 6_000_000, 7_000_000,
            8_000_000);

    static final ServerSettings.Admin ADMIN = new ServerSettings.Admin("127.0.0.1", 0,
            new ServerSettings.Access(new Secret(""), true), true, Optional.empty());

    private Requests() {
    }

    static EndedRequest good(String client, String account, String model, TokenUsage usage) {
        return of(client, account, model, 200, "", 1, usage, List.of());
    }

    static EndedRequest of(String client, String account, String model, int status, String error, int attempts, TokenUsage usage,
            List<EndedRequest.FailedTry> failures) {
        UsageRecord record = new UsageRecord("req_1", new UsageRecord.Times(1_700_000_000_000L, TIMES.totalNanos(), 20_000_000),
                new UsageRecord.Who(client, "", 0), new UsageRecord.Asked("POST /v1/responses", model, "", true, 500),
                new UsageRecord.Served(account, model, attempts, 0), new UsageRecord.Result("resp_1", status, error),
                new UsageRecord.Charge(usage, cost(model, usage)));
        return new EndedRequest(record, TIMES, TIMES.connectNanos() + TIMES.upstreamNanos(),
                15_000_000, 900, 12, 4, Decision.Layer.SESSION, false,
                new EndedRequest.Story(failures, List.of(), ""));
    }

    /** As of a price list that knows one family of models. */
    private static OptionalLong cost(String model, TokenUsage usage) {
        return model.startsWith("gpt-5") ? OptionalLong.of(Math.round((usage.input() - usage.cached()) * 1250.0
                + usage.cached() * 125.0 + usage.output() * 10_000.0)) : OptionalLong.empty();
    }
}
