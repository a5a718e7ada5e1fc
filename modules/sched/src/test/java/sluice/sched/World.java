package sluice.sched;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import sluice.api.Account;
import sluice.api.AccountLease;
import sluice.api.AccountScheduler.Selection;
import sluice.api.AttemptOutcome;
import sluice.api.AttemptOutcome.Kind;
import sluice.api.SelectionRequest;
import sluice.api.TokenUsage;

/**
 * Accounts and clients on a virtual clock: hours of traffic in a moment, the same each time. Sessions take turns with a
 * growing history; an account that saw a session lately has its history in the prompt cache, another must read it afresh.
 */
final class World {
    /** What an account does at a moment: how fast it is and how it fails. */
    record Upstream(double ttftMillis, AttemptOutcome answer) {
        static Upstream of(double ttftMillis) {
            return new Upstream(ttftMillis, new AttemptOutcome.Ignored());
        }

        static Upstream failing(Kind kind, Duration coolDown) {
            return new Upstream(50, new AttemptOutcome.Failed(kind, coolDown));
        }
    }

    /** Says what account {@code index} does at {@code seconds}. */
    @FunctionalInterface
    interface Behaviour {
        Upstream at(int index, double seconds);
    }

    /** Who chooses the account. */
    enum Policy { LAYERED, ROUND_ROBIN, LEAST_LOADED, STICKY_WAITS }

    /** One finished turn. */
    record Turn(double seconds, String account, double ttftMillis, double waitMillis, long cached, long input) { }

    private static final double MILLIS_PER_1K_UNCACHED = 20;
    private static final double HELD_MILLIS = 4_000;
    private static final double CACHE_SECONDS = 600;
    private static final int MAX_ATTEMPTS = 3;

    private record Event(long nanos, long order, Runnable action) { }

    final List<Turn> turns = new ArrayList<>();
    final List<Selection.Unavailable> refused = new ArrayList<>();
    final Rig rig;
    private final List<Account> accounts;
    private final Behaviour behaviour;
    private final Policy policy;
    private final Random random;
    private final PriorityQueue<Event> events = new PriorityQueue<>((a, b) ->
            a.nanos != b.nanos ? Long.compare(a.nanos, b.nanos) : Long.compare(a.order, b.order));
    private final Map<String, double[]> caches = new HashMap<>();
    private final Map<Long, String> homes = new HashMap<>();
    private final List<Request> queue = new ArrayList<>();
    private final int[] inFlight;
    private int nextRobin;
    private long order;

    World(Policy policy, long seed, Behaviour behaviour, Account... accounts) {
        this.policy = policy;
        this.behaviour = behaviour;
        this.accounts = List.of(accounts);
        this.random = new Random(seed);
        this.inFlight = new int[accounts.length];
        this.rig = new Rig(accounts);
    }

    /** A turn under way. */
    private static final class Request {
        final long session;
        final long input;
        final long arrivedNanos;
        final Set<String> tried = new HashSet<>();

        Request(long session, long input, long arrivedNanos) {
            this.session = session;
            this.input = input;
            this.arrivedNanos = arrivedNanos;
        }
    }

    /** Sessions with {@code turnsEach} turns each, {@code thinkSeconds} apart on average; ends when all is done. */
    World run(int sessions, int turnsEach, double thinkSeconds, int tokensPerTurn) {
        for (long session = 1; session <= sessions; session++) {
            turn(session * 0x9E3779B97F4A7C15L, 1, turnsEach, thinkSeconds, tokensPerTurn);
        }
        return drain();
    }

    /** Single requests without a session, at {@code perSecond}. */
    World runSingles(int count, double perSecond) {
        double at = 0;
        for (int i = 0; i < count; i++) {
            at += exponential(1 / perSecond);
            schedule((long) (at * 1e9), () -> arrive(new Request(0, 1000, rig.nanos)));
        }
        return drain();
    }

    private void turn(long session, int number, int last, double thinkSeconds, int tokensPerTurn) {
        schedule(rig.nanos + (long) (exponential(thinkSeconds) * 1e9), () -> {
            arrive(new Request(session, (long) number * tokensPerTurn, rig.nanos));
            if (number < last) {
                turn(session, number + 1, last, thinkSeconds, tokensPerTurn);
            }
        });
    }

    private World drain() {
        while (!events.isEmpty()) {
            Event event = events.poll();
            rig.nanos = Math.max(rig.nanos, event.nanos);
            event.action.run();
        }
        return this;
    }

    private void schedule(long nanos, Runnable action) {
        events.add(new Event(nanos, order++, action));
    }

    private double exponential(double mean) {
        return -mean * Math.log(1 - random.nextDouble());
    }

    private void arrive(Request request) {
        if (policy == Policy.LAYERED) {
            layered(request);
        } else {
            queue.add(request);
            simple();
        }
    }

    private void layered(Request request) {
        SelectionRequest wish = new SelectionRequest("team", Rig.MODEL, request.session, "", SelectionRequest.Transport.HTTP, false,
                request.tried, Duration.ofSeconds(30).toNanos(), random.nextLong());
        Waiter[] waiter = new Waiter[1];
        Runnable go = () -> {
            switch (waiter[0].answer()) {
                case Selection.Selected(AccountLease lease) -> serve(request, lease.account(), lease::report, lease::close);
                case Selection.Unavailable unavailable -> refused.add(unavailable);
            }
        };
        waiter[0] = rig.scheduler.offer(wish, () -> schedule(rig.nanos, go));
        wake(waiter[0]);
    }

    private void wake(Waiter waiter) {
        if (!waiter.answered()) {
            schedule(Math.max(rig.nanos + 1, waiter.wakeNanos()), () -> {
                rig.scheduler.tick();
                wake(waiter);
            });
        }
    }

    /** The other policies know slots, exclusion and no more. */
    private void simple() {
        for (Request request : List.copyOf(queue)) {
            int index = choose(request);
            if (index >= 0) {
                queue.remove(request);
                inFlight[index]++;
                homes.put(request.session, accounts.get(index).name());
                serve(request, accounts.get(index), outcome -> { }, () -> {
                    inFlight[index]--;
                    simple();
                });
            }
        }
    }

    private int choose(Request request) {
        if (policy == Policy.STICKY_WAITS && request.session != 0 && homes.containsKey(request.session)
                && !request.tried.contains(homes.get(request.session))) {
            for (int i = 0; i < inFlight.length; i++) {
                if (accounts.get(i).name().equals(homes.get(request.session))) {
                    return inFlight[i] < accounts.get(i).rank().concurrency() ? i : -1;
                }
            }
        }
        int best = -1;
        for (int step = 0; step < inFlight.length; step++) {
            int i = policy == Policy.ROUND_ROBIN ? (nextRobin + step) % inFlight.length : step;
            if (inFlight[i] >= accounts.get(i).rank().concurrency() || request.tried.contains(accounts.get(i).name())) {
                continue;
            }
            if (policy == Policy.ROUND_ROBIN) {
                nextRobin = i + 1;
                return i;
            }
            best = best < 0 || inFlight[i] < inFlight[best] ? i : best;
        }
        return best;
    }

    private void serve(Request request, Account account, java.util.function.Consumer<AttemptOutcome> report, Runnable close) {
        Upstream now = behaviour.at(accounts.indexOf(account), rig.nanos / 1e9);
        double[] cache = caches.getOrDefault(account.name() + request.session, new double[] {0, -CACHE_SECONDS});
        boolean warm = rig.nanos / 1e9 - cache[1] < CACHE_SECONDS;
        long cached = warm ? (long) Math.min(cache[0], request.input) : 0;
        double ttft = now.ttftMillis * (0.7 + 0.6 * random.nextDouble())
                + (request.input - cached) / 1000.0 * MILLIS_PER_1K_UNCACHED;
        double waited = (rig.nanos - request.arrivedNanos) / 1e6;
        if (now.answer instanceof AttemptOutcome.Failed failure) {
            schedule(rig.nanos + (long) (now.ttftMillis * 1e6), () -> {
                report.accept(failure);
                request.tried.add(account.name());
                close.run();
                if (request.tried.size() < Math.min(MAX_ATTEMPTS, accounts.size())) {
                    arrive(request);
                } else {
                    refused.add(new Selection.Unavailable(Map.of(), failure.coolDown()));
                }
            });
            return;
        }
        schedule(rig.nanos + (long) ((ttft + exponential(HELD_MILLIS)) * 1e6), () -> {
            caches.put(account.name() + request.session, new double[] {request.input, rig.nanos / 1e9});
            report.accept(new AttemptOutcome.Succeeded((long) (ttft * 1e6), TokenUsage.told(request.input, cached, 100, 0), "", ""));
            turns.add(new Turn(request.arrivedNanos / 1e9, account.name(), waited + ttft, waited, cached, request.input));
            close.run();
        });
    }

    /** Share of the turns that arrived in [from, to) seconds which an account served. */
    double share(String account, double from, double to) {
        long all = turns.stream().filter(turn -> turn.seconds >= from && turn.seconds < to).count();
        return (double) turns.stream().filter(turn -> turn.seconds >= from && turn.seconds < to && turn.account.equals(account))
                .count() / Math.max(1, all);
    }

    /** Time to first output, waiting included. */
    double ttftMillis(double quantile) {
        double[] all = turns.stream().mapToDouble(Turn::ttftMillis).sorted().toArray();
        return all.length == 0 ? 0 : all[(int) Math.min(all.length - 1, quantile * all.length)];
    }

    /** Share of input tokens that came from prompt caches. */
    double cacheHits() {
        return turns.stream().mapToDouble(Turn::cached).sum() / turns.stream().mapToDouble(Turn::input).sum();
    }

    double longestWaitMillis() {
        return Arrays.stream(turns.stream().mapToDouble(Turn::waitMillis).toArray()).max().orElse(0);
    }
}
