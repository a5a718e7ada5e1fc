package sluice.ops;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.TreeMap;
import sluice.api.AccountStatus;
import sluice.api.Decision;
import sluice.api.GatewayError;
import sluice.api.UsageRecord;
import sluice.probe.AddedTime;
import sluice.records.EndedRequest;
import sluice.records.LogText;
import sluice.records.StageTimes;

/** The admin API's values as JSON; {@code admin-api.json} describes them. Stateless. */
final class AdminJson {
    private AdminJson() {
    }

    static void account(JsonOut json, AccountStatus account) {
        json.text("name", account.name()).text("state", lower(account.state())).number("in_flight", account.slots().taken())
                .number("concurrency", account.slots().all()).number("error_ewma", account.history().errorEwma())
                .number("first_output_ewma_ms", account.history().ttftEwmaNanos() / 1e6)
                .number("cooling_ms", account.limits().coolingNanos() / 1_000_000)
                .array("resting_models", account.limits().restingModels(), (inner, resting) -> inner.text("model", resting.model())
                        .number("rest_ms", resting.restNanos() / 1_000_000))
                .array("quotas", account.limits().quotas(), (inner, quota) -> inner.text("window", quota.window())
                        .text("model", quota.model())
                        .number("left", quota.left()).number("window_ms", quota.lengthMillis())
                        .text("renews", Instant.ofEpochMilli(quota.renewsEpochMillis()).toString()))
                .number("succeeded", account.history().succeeded()).number("failed", account.history().failed());
    }

    static void added(JsonOut json, AddedTime added) {
        json.text("state", lower(added.state())).number("samples", added.samples())
                .number("p50_ms", added.p50().nanos() / 1e6).number("p50_low_ms", added.p50().lowNanos() / 1e6)
                .number("p50_high_ms", added.p50().highNanos() / 1e6)
                .number("p99_ms", added.p99().nanos() / 1e6).number("p99_low_ms", added.p99().lowNanos() / 1e6)
                .number("p99_high_ms", added.p99().highNanos() / 1e6)
                .number("direct_p50_ms", added.directP50Nanos() / 1e6).number("through_p50_ms", added.throughP50Nanos() / 1e6);
    }

    static void client(JsonOut json, ClientStatus client) {
        json.text("name", client.who().name()).text("team", client.who().team()).text("from", client.who().issued() ? "state" : "file")
                .texts("models", client.who().models()).array("keys", client.who().keys(), AdminJson::key)
                .number("in_flight", client.inFlight()).number("concurrency", client.concurrency())
                .number("requests_this_minute", client.requestsThisMinute())
                .number("requests_per_minute", client.requestsPerMinute())
                .number("tokens_this_minute", client.tokensThisMinute()).number("tokens_per_minute", client.tokensPerMinute())
                .number("tokens_in_all", client.tokensInAll())
                .dollars("spent_today_usd", client.spending().dayNanoDollars())
                .number("budget_day_usd", client.spending().dayBudgetUsd())
                .dollars("spent_this_month_usd", client.spending().monthNanoDollars())
                .number("budget_month_usd", client.spending().monthBudgetUsd());
    }

    private static void key(JsonOut json, ClientStatus.Key key) {
        json.text("id", key.id());
        json.moment("issued", key.issued());
        json.moment("expires", key.expires());
        json.moment("last_used", key.lastUsed());
    }

    static void money(JsonOut json, Money money) {
        json.moment("day_renews", money.dayRenews()).moment("month_renews", money.monthRenews())
                .array("sums", money.sums(), (inner, sum) -> inner.text("kind", lower(sum.kind())).text("name", sum.name())
                        .dollars("spent_today_usd", sum.day().nanoDollars()).number("budget_day_usd", sum.day().budgetUsd())
                        .dollars("spent_this_month_usd", sum.month().nanoDollars()).number("budget_month_usd", sum.month().budgetUsd())
                        .dollars("reserved_usd", sum.reservedNanoDollars()));
    }

    static void decision(JsonOut json, Decision decision) {
        json.text("time", Instant.ofEpochMilli(decision.when().atEpochMillis()).toString()).text("layer", lower(decision.layer()))
                .text("account", decision.account()).text("model", decision.asked().model())
                .text("session", decision.asked().sessionKey() == 0 ? "" : Long.toHexString(decision.asked().sessionKey()))
                .number("waited_ms", decision.when().waitedNanos() / 1e6).flag("strips_reasoning", decision.asked().stripsReasoning())
                .array("candidates", decision.candidates(), AdminJson::candidate);
        Decision.Stickiness price = decision.stickiness();
        if (!price.equals(Decision.Stickiness.NONE)) {
            json.object("stickiness", inner -> inner.text("account", price.account()).number("stay_ms", price.stayMillis())
                    .number("leave_ms", price.leaveMillis()).flag("left", price.left()).text("reason", price.reason()));
        }
    }

    private static void candidate(JsonOut json, Decision.Candidate candidate) {
        json.text("account", candidate.account());
        switch (candidate) {
            case Decision.Candidate.RuledOut(String account, Decision.FilterReason reason) -> json.text("ruled_out", lower(reason));
            case Decision.Candidate.Fit(String account, double score, Decision.Terms by) -> json.number("score", score)
                    .object("terms", terms -> terms.number("priority", by.priority()).number("load", by.load())
                            .number("queue", by.queue()).number("errors", by.errors()).number("first_output", by.ttft())
                            .number("quota", by.quota()));
        }
    }

    static void explanation(JsonOut json, Explanation explanation) {
        switch (explanation) {
            case Explanation.Explained explained -> json
                    .object("decision", inner -> decision(inner, explained.decision()))
                    .text("session_source", explained.sessionSource()).text("upstream_model", explained.upstreamModel())
                    .texts("edits", explained.edits());
            case Explanation.Refused(GatewayError error) -> json.object("refused", inner -> inner.number("status", error.status())
                    .text("code", error.code()).text("message", error.message()));
        }
    }

    static void condition(JsonOut json, GatewayView gateway, List<Slowness> slowness) {
        Condition condition = gateway.condition();
        json.text("version", condition.version()).flag("listening", condition.listening())
                .flag("reload_refused", condition.reloadRefused()).number("usage_lost_records", gateway.usageLost())
                .number("log_lost_lines", gateway.logLost())
                .array("certificates", new TreeMap<>(condition.certificateEnds()).entrySet(), (inner, end) ->
                        inner.text("port", end.getKey()).text("ends", end.getValue().toString()))
                .array("slow_accounts", slowness.stream().filter(one -> one.times() > 1).toList(), (inner, slow) ->
                        inner.text("account", slow.account()).text("model", slow.model()).number("took_ms", slow.tookNanos() / 1e6)
                                .number("others_took_ms", slow.othersNanos() / 1e6));
    }

    /** Everything that is known of one request. */
    static void story(JsonOut json, EndedRequest request) {
        request(json, request);
        UsageRecord usage = request.usage();
        json.text("response_id", usage.responseId()).text("team", usage.team())
                .text("session", usage.who().session() == 0 ? "" : Long.toHexString(usage.who().session()))
                .text("tier", usage.tier()).number("resends", usage.resends()).number("request_bytes", usage.requestBytes())
                .number("answer_bytes", request.answerBytes())
                .array("tries", request.story().tries(), AdminJson::attempt);
    }

    private static void attempt(JsonOut json, EndedRequest.Attempt attempt) {
        json.object("decision", inner -> decision(inner, attempt.decision())).number("began_ms", attempt.beganNanos() / 1e6)
                .number("took_ms", attempt.tookNanos() / 1e6).text("failure", attempt.failure())
                .texts("edits", attempt.edits().stream().map(Object::toString).map(LogText::cut).toList());
    }

    static void request(JsonOut json, EndedRequest request) {
        UsageRecord usage = request.usage();
        OptionalLong cost = usage.costNanoDollars();
        StageTimes times = request.times();
        json.text("id", usage.requestId()).text("time", Instant.ofEpochMilli(usage.epochMillis()).toString())
                .text("client", usage.client()).text("account", usage.account()).text("route", usage.route())
                .text("model", usage.model()).text("upstream_model", usage.upstreamModel()).flag("stream", usage.stream())
                .number("status", usage.status()).text("error", usage.errorCode()).text("detail", request.detail())
                .text("ending", lower(Ending.of(request)))
                .text("layer", lower(request.layer())).flag("escaped", request.escaped()).number("attempts", usage.attempts())
                .array("failures", request.failures(), (inner, failed) -> inner.text("account", failed.account())
                        .text("reason", lower(failed.reason())))
                .number("first_output_ms", usage.firstOutputNanos() / 1e6).number("total_ms", times.totalNanos() / 1e6)
                .number("added_ms", times.addedNanos() / 1e6)
                .object("stages_ms", inner -> stages(inner, times))
                .number("events", request.events()).number("flushes", request.flushes())
                .object("tokens", inner -> inner.number("input", usage.usage().input()).number("cached", usage.usage().cached())
                        .number("output", usage.usage().output()).number("reasoning", usage.usage().reasoning())
                        .flag("estimated", usage.usage().estimated()));
        if (cost.isPresent()) {
            json.dollars("cost_usd", cost.getAsLong());
        } else {
            json.none("cost_usd");
        }
    }

    private static void stages(JsonOut json, StageTimes times) {
        times.byName().forEach(stage -> json.number(stage.getKey(), stage.getValue() / 1e6));
    }

    static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
