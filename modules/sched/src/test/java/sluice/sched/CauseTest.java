package sluice.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import sluice.api.AccountLease;
import sluice.api.AccountScheduler.Control;
import sluice.api.AccountScheduler.Selection;
import sluice.api.AccountScheduler.Selection.Cause;
import sluice.api.AttemptOutcome.Kind;
import sluice.api.Decision.FilterReason;
import sluice.api.SchedulerSettings;
import sluice.api.SelectionRequest;
import sluice.api.SharedState;
import sluice.api.SharedState.Rest;
import sluice.state.LocalStateFactory;

/** Why a pool has nothing to give: what a client is told of it, each time. */
class CauseTest {
    private static final Duration HOURS = Duration.ofHours(3);
    private final Rig rig = new Rig(Rig.account("a"), Rig.account("b"));

    private void fail(String account, Kind kind, Duration stated) {
        rig.run(SelectionRequest.by("team").model(Rig.MODEL).only(account).build(), Rig.failure(kind, stated));
    }

    private Selection.Unavailable refused() {
        return rig.refused(Rig.request(0));
    }

    private long inMillis(Duration time) {
        return (rig.nanos + time.toNanos()) / 1_000_000;
    }

    @Test
    void usageLimitsTellTheSoonestRenewalEachTimeAlsoBeyondTheLongestRest() {
        long resets = inMillis(HOURS);
        fail("a", Kind.USAGE_LIMIT, HOURS);
        fail("b", Kind.USAGE_LIMIT, HOURS.plusHours(9));
        for (int i = 0; i < 4; i++) {
            assertEquals(new Cause.UsageLimit(resets), refused().cause());
            assertEquals(HOURS.minusMinutes(2L * i), refused().retryAfter());
            rig.pass(Duration.ofMinutes(2));
        }
    }

    @Test
    void rateLimitsAndUsageLimitsAreToldApartByWhichEndsFirst() {
        fail("a", Kind.USAGE_LIMIT, HOURS);
        fail("b", Kind.RATE_LIMITED, Duration.ofSeconds(20));

        assertEquals(new Cause.RateLimit(), refused().cause());
        assertEquals(Duration.ofSeconds(20), refused().retryAfter());
        assertEquals(Map.of(FilterReason.RATE_LIMITED, 1, FilterReason.USAGE_LIMIT, 1), refused().reasons());
    }

    @Test
    void aRefusedKeyBesideALimitIsALimit() {
        fail("a", Kind.UNAUTHORIZED, Duration.ZERO);
        fail("b", Kind.USAGE_LIMIT, HOURS);

        assertEquals(new Cause.UsageLimit(inMillis(HOURS)), refused().cause());
    }

    @Test
    void fullAccountsAreBusy() {
        Rig small = new Rig(Rig.account("a", 0, 0, 1, 1, "x"));
        small.take(Rig.request(0));

        assertEquals(new Cause.Busy(), small.refused(Rig.request(0)).cause());
    }

    @Test
    void disabledAccountsAreBroken() {
        rig.scheduler.control("a", Control.DISABLE);
        rig.scheduler.control("b", Control.DISABLE);

        assertEquals(new Cause.Broken(), refused().cause());
    }

    @Test
    void aModelOfNobodyIsUnknownWhateverElseIsWrong() {
        Rig serving = new Rig(Rig.serving("a", "other"), Rig.serving("b", "another"));
        assertEquals(new Cause.ModelUnknown(), serving.refused(Rig.request(0)).cause());
        assertEquals(new Cause.ModelUnknown(), serving.refused(SelectionRequest.by("team").model(Rig.MODEL)
                .transport(SelectionRequest.Transport.WEBSOCKET).build()).cause(), "though none offers WebSocket");

        fail("a", Kind.MODEL_UNSERVED, Duration.ZERO);
        rig.scheduler.control("b", Control.DISABLE);
        assertEquals(new Cause.Broken(), refused().cause(), "b might serve it");
        rig.scheduler.control("b", Control.ENABLE);
        fail("b", Kind.MODEL_UNSERVED, Duration.ZERO);
        assertEquals(new Cause.ModelUnknown(), refused().cause(), "each has said so");
        rig.run(SelectionRequest.by("team").model("other").build());
    }

    @Test
    void anAccountWithoutTheRouteServesAllOthers() {
        SelectionRequest compact = SelectionRequest.by("team").model(Rig.MODEL).route("/responses/compact").build();
        rig.run(SelectionRequest.by("team").model(Rig.MODEL).route("/responses/compact").only("a").build(),
                Rig.failure(Kind.ROUTE_UNSERVED));

        for (int i = 0; i < 10; i++) {
            assertEquals("b", rig.run(compact));
        }
        rig.run(SelectionRequest.by("team").model(Rig.MODEL).only("a").build());
        rig.scheduler.control("b", Control.DISABLE);
        assertEquals(Map.of(FilterReason.ROUTE_NOT_SERVED, 1, FilterReason.DISABLED, 1), rig.refused(compact).reasons());
        rig.pass(Duration.ofMinutes(10));
        assertEquals("a", rig.run(compact), "and is asked again later");
    }

    @Test
    void aStatedEndIsNotWipedByOneThatSaysNothing() {
        fail("a", Kind.USAGE_LIMIT, HOURS);
        long resets = inMillis(HOURS);
        rig.scheduler.control("b", Control.DISABLE);
        rig.pass(Duration.ofMinutes(11));
        rig.run(Rig.request(0), Rig.failure(Kind.USAGE_LIMIT));

        assertEquals(new Cause.UsageLimit(resets), refused().cause());
    }

    @Test
    void restsOutliveTheProcess() {
        SchedulerSettings base = SchedulerSettings.defaults();
        SharedState state = new LocalStateFactory().create(Map.of());
        try (Accounts before = new Accounts(base, new LayeredPolicy(base), state);
                Accounts after = new Accounts(base, new LayeredPolicy(base), state)) {
            before.apply(List.of(Rig.account("a"), Rig.account("b")));
            for (Map.Entry<String, Kind> limit : Map.of("a", Kind.USAGE_LIMIT, "b", Kind.RATE_LIMITED).entrySet()) {
                Waiter waiter = before.offer(SelectionRequest.by("team").model(Rig.MODEL).only(limit.getKey()).build(), () -> { });
                try (AccountLease lease = Rig.lease(waiter.answer())) {
                    lease.report(Rig.failure(limit.getValue(), Duration.ofMinutes(5)));
                }
            }

            after.apply(List.of(Rig.account("a"), Rig.account("b")));

            Waiter waiter = after.offer(Rig.request(0), () -> { });
            assertEquals(Map.of(FilterReason.USAGE_LIMIT, 1, FilterReason.RATE_LIMITED, 1),
                    ((Selection.Unavailable) waiter.answer()).reasons());
            after.control("b", Control.RESET);
            assertEquals(List.of("a"), state.rests().all().stream().map(Rest::account).toList());
        }
    }
}
