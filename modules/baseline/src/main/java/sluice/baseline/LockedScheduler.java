package sluice.baseline;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sluice.api.Account;
import sluice.api.AccountLease;
import sluice.api.AccountScheduler;
import sluice.api.AccountScheduler.Selection;
import sluice.api.AccountStatus;
import sluice.api.AttemptOutcome;
import sluice.api.Decision;
import sluice.api.Decision.FilterReason;
import sluice.api.SchedulerSettings;
import sluice.api.SelectionPolicy.Choice;
import sluice.api.SelectionRequest;
import sluice.api.SharedState;
import sluice.api.SharedState.Home;
import sluice.api.SharedState.Owners;

/**
 * Slots, statistics and choice under one lock ("baseline-scheduler"), to be compared with: four passes and a full sort; a session waits
 * for its busy account. It knows slots, exclusion, models, transports, disabled accounts and plain rests, but no price,
 * organisation, tier, breaker or probe. Thread-safe.
 */
final class LockedScheduler implements AccountScheduler {
    private final SchedulerSettings settings;
    private final SharedState state;
    private final LockedStatistics statistics;
    private final Map<String, Integer> inFlight = new HashMap<>();
    private final Map<String, Long> restsUntil = new HashMap<>();
    private final Set<String> disabled = new HashSet<>();
    private final AccountList list;
    private boolean closed;

    LockedScheduler(SchedulerSettings settings, SharedState state, AccountList list) {
        this.settings = settings;
        this.state = state;
        this.list = list;
        statistics = new LockedStatistics(settings.scoring().ewmaAlpha());
    }

    @Override
    public synchronized void apply(List<Account> replacement) {
        list.replace(replacement);
        notifyAll();
    }

    @Override
    public synchronized Selection select(SelectionRequest request) throws InterruptedException {
        long started = settings.clocks().nanos().getAsLong();
        while (true) {
            Map<FilterReason, Integer> reasons = new EnumMap<>(FilterReason.class);
            List<Account> order = order(request, reasons);
            if (!order.isEmpty()) {
                return new Selection.Selected(lease(order.getFirst(), request, started));
            }
            long left = request.waitNanos() - (settings.clocks().nanos().getAsLong() - started);
            if (closed || left <= 0 || !reasons.containsKey(FilterReason.NO_FREE_SLOT)) {
                return new Selection.Unavailable(reasons, retryAfter());
            }
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
    }

    /** The accounts to try; the response's or the session's own account alone, as long as it is only busy. */
    private List<Account> order(SelectionRequest request, Map<FilterReason, Integer> reasons) {
        List<SortedCandidates.Facts> fitting = new ArrayList<>();
        String home = home(request);
        for (Account account : list.read()) {
            Optional<FilterReason> reason = ruledOut(account, request);
            reason.ifPresent(why -> reasons.merge(why, 1, Integer::sum));
            if (account.name().equals(home) && (reason.isEmpty() || reason.get() == FilterReason.NO_FREE_SLOT)) {
                return reason.isEmpty() ? List.of(account) : List.of();
            }
            if (reason.isEmpty()) {
                fitting.add(new SortedCandidates.Facts(account, account.name().hashCode(), taken(account),
                        statistics.errors(account.name()),
                        statistics.ttftNanos(account.name())));
            }
        }
        long seed = request.sessionKey() != 0 ? request.sessionKey() : request.seed();
        return SortedCandidates.order(fitting, settings.scoring().weights(), settings.scoring().topK(), seed);
    }

    private String home(SelectionRequest request) {
        String owner = request.boundTo().isEmpty() ? "" : ownerOf(request.client(), request.boundTo());
        return !owner.isEmpty() || request.sessionKey() == 0 ? owner
                : state.bindings().find(request.sessionKey()).account();
    }

    private Optional<FilterReason> ruledOut(Account account, SelectionRequest request) {
        if (request.rulesOut(account.name())) {
            return Optional.of(FilterReason.EXCLUDED);
        }
        if (disabled.contains(account.name())) {
            return Optional.of(FilterReason.DISABLED);
        }
        if (!request.model().isEmpty() && account.upstreamModel(request.model()).isEmpty()) {
            return Optional.of(FilterReason.MODEL_NOT_SERVED);
        }
        if (request.need().transport() == SelectionRequest.Transport.WEBSOCKET && account.offer().webSocket() == Account.WebSocketUse.OFF) {
            return Optional.of(FilterReason.TRANSPORT_NOT_OFFERED);
        }
        if (rest(account.name()) > 0) {
            return Optional.of(FilterReason.COOLING_DOWN);
        }
        return taken(account) < account.rank().concurrency() ? Optional.empty() : Optional.of(FilterReason.NO_FREE_SLOT);
    }

    private AccountLease lease(Account account, SelectionRequest request, long started) {
        inFlight.merge(account.name(), 1, Integer::sum);
        return new LockedLease(this, account, request, decision(account.name(), layer(account.name(), request), request, started));
    }

    private Decision decision(String account, Decision.Layer layer, SelectionRequest request, long started) {
        return new Decision(account, new Choice(layer, true, 0, Decision.Stickiness.NONE),
                new Decision.Asked(request.model(), request.sessionKey(), false), new Decision.When(
                        settings.clocks().epochMillis().getAsLong(), settings.clocks().nanos().getAsLong() - started), List.of());
    }

    private Decision.Layer layer(String account, SelectionRequest request) {
        if (!account.equals(home(request))) {
            return Decision.Layer.LOAD_BALANCE;
        }
        return account.equals(ownerOf(request.client(), request.boundTo())) ? Decision.Layer.RESPONSE_OWNER : Decision.Layer.SESSION;
    }

    synchronized void began(Account account, SelectionRequest request, String responseId, String conversationId) {
        if (!responseId.isEmpty()) {
            state.owners().own(request.client(), responseId, account.name());
        }
        if (!conversationId.isEmpty()) {
            state.owners().own(request.client(), conversationId, account.name());
        }
        if (request.sessionKey() != 0) {
            state.bindings().move(request.sessionKey(), Home.NONE, new Home(account.name(), 0, false));
        }
    }

    synchronized void reported(Account account, SelectionRequest request, AttemptOutcome outcome) {
        switch (outcome) {
            case AttemptOutcome.Succeeded success -> {
                statistics.succeeded(account.name(), success.firstOutputNanos());
                if (request.sessionKey() != 0) {
                    state.bindings().move(request.sessionKey(), state.bindings().find(request.sessionKey()),
                            new Home(account.name(), success.usage().cached(), false));
                }
                if (!success.responseId().isEmpty()) {
                    state.owners().own(request.client(), success.responseId(), account.name());
                }
            }
            case AttemptOutcome.Failed failure -> {
                statistics.failed(account.name());
                Duration rest = failure.coolDown().isZero() ? settings.failures().coolDown().first() : failure.coolDown();
                restsUntil.put(account.name(), settings.clocks().nanos().getAsLong() + rest.toNanos());
            }
            case AttemptOutcome.Ignored _ -> { }
        }
    }

    synchronized void released(Account account) {
        inFlight.merge(account.name(), -1, Integer::sum);
        notifyAll();
    }

    @Override
    public synchronized Decision explain(SelectionRequest request) {
        List<Account> order = order(request, new EnumMap<>(FilterReason.class));
        String account = order.isEmpty() ? "" : order.getFirst().name();
        Decision.Layer layer = order.isEmpty() ? Decision.Layer.NONE : layer(account, request);
        return decision(account, layer, request, settings.clocks().nanos().getAsLong());
    }

    @Override
    public synchronized Duration retryAfter(SelectionRequest request) {
        return order(request, new EnumMap<>(FilterReason.class)).isEmpty() ? retryAfter() : Duration.ZERO;
    }

    private String ownerOf(String client, String id) {
        return !id.isEmpty() && state.owners().find(client, id) instanceof Owners.Ownership.Owned(String account) ? account : "";
    }

    @Override
    public synchronized List<AccountStatus> accounts() {
        return list.read().stream().map(this::status).toList();
    }

    private AccountStatus status(Account account) {
        String name = account.name();
        AccountStatus.State word = disabled.contains(name) ? AccountStatus.State.DISABLED
                : rest(name) > 0 ? AccountStatus.State.COOLING_DOWN
                : taken(account) < account.rank().concurrency() ? AccountStatus.State.READY : AccountStatus.State.FULL;
        return new AccountStatus(name, word, new AccountStatus.Slots(taken(account), account.rank().concurrency()),
                new AccountStatus.History(statistics.errors(name), (long) statistics.ttftNanos(name), statistics.succeeded(name),
                        statistics.failures(name)),
                new AccountStatus.Limits(rest(name), List.of(), List.of()));
    }

    /** None are kept. */
    @Override
    public List<Decision> recentDecisions(int limit) {
        return List.of();
    }

    @Override
    public synchronized boolean control(String account, Control control) {
        if (list.read().stream().noneMatch(one -> one.name().equals(account))) {
            return false;
        }
        switch (control) {
            case ENABLE -> disabled.remove(account);
            case DISABLE -> disabled.add(account);
            case COOL -> restsUntil.put(account, settings.clocks().nanos().getAsLong()
                    + settings.failures().coolDown().unknownMax().toNanos());
            case RESET -> restsUntil.remove(account);
        }
        notifyAll();
        return true;
    }

    @Override
    public synchronized void close() {
        closed = true;
        list.close();
        notifyAll();
    }

    private int taken(Account account) {
        return inFlight.getOrDefault(account.name(), 0);
    }

    private long rest(String account) {
        Long until = restsUntil.get(account);
        return until == null ? 0 : Math.max(0, until - settings.clocks().nanos().getAsLong());
    }

    private Duration retryAfter() {
        return Duration.ofNanos(list.read().stream().mapToLong(account -> rest(account.name())).filter(rest -> rest > 0).min()
                .orElse(0));
    }
}
