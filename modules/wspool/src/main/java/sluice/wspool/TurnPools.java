package sluice.wspool;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import sluice.api.Account;
import sluice.api.Headers;
import sluice.api.SessionKeys;
import sluice.api.Sweeper;
import sluice.api.TurnPool;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult;
import sluice.api.UpstreamResult.Kind;
import sluice.api.UpstreamSettings;
import sluice.http1.ConnectTunnel;
import sluice.net.Dialer;
import sluice.net.StaleConnections;

/** A pool for each account, the bridge from HTTP, and the janitor. Thread-safe. */
final class TurnPools implements TurnPool {
    /** How often the janitor looks: idle times and ages are seconds and minutes. */
    private static final long JANITOR_NANOS = 1_000_000_000;
    private static final String BETA = "openai-beta";

    /** Clients choose what is hashed, and connections of a group are shared: so nobody else can make these keys. */
    private final SessionKeys keys = SessionKeys.random();
    private final TurnPool.Settings settings;
    private final TurnPool.Seats.Factory seating;
    private final UpstreamSettings upstream;
    private final StaleConnections stale;
    private final UpstreamDial dial;
    private final TurnStates turnStates = new TurnStates();
    private final Map<String, AccountPool> pools = new ConcurrentHashMap<>();
    private final Sweeper.Registration janitor;
    private volatile long nextSweepNanos;

    TurnPools(UpstreamSettings upstream, TurnPool.Settings settings, TurnPool.Seats.Factory seating) throws IOException {
        this.settings = settings;
        this.seating = seating;
        this.upstream = upstream;
        stale = new StaleConnections(upstream.staleReset(), upstream.nanoClock());
        Sweeper sweeper = upstream.sweeper();
        LongSupplier nanoClock = upstream.nanoClock();
        Dialer dialer = new Dialer(upstream.trustedCertificates(), new ConnectTunnel(), sweeper, nanoClock);
        dial = new UpstreamDial(dialer, sweeper, nanoClock, upstream.maxHeaderBytes(), settings.maxMessageBytes());
        nextSweepNanos = nanoClock.getAsLong();
        janitor = sweeper.watch(now -> {
            if (now - nextSweepNanos >= 0) {
                nextSweepNanos = sweep(now);
            }
        });
    }

    /** The janitor: closes what is too old or idle for too long; returns when to look again. */
    long sweep(long nowNanos) {
        pools.values().forEach(pool -> pool.sweep(nowNanos));
        return nowNanos + JANITOR_NANOS;
    }

    @Override
    public UpstreamResult send(UpstreamRequest request) {
        if (!request.makesResponse()) {
            throw new IllegalArgumentException("only POST /responses can go over a WebSocket, not " + request.target());
        }
        Round last = round(request, false, false);
        // Each further round has closed a connection that was too old, and there are no more of them than seats.
        for (int i = 0; last instanceof Round.Again(boolean mayHaveRun) && i <= settings.maxSeats(); i++) {
            last = round(request, true, mayHaveRun);
        }
        return switch (last) {
            case Round.Done(UpstreamResult result) -> result;
            case Round.Again again -> new UpstreamResult.Unreachable(true, Kind.RESET, "every WebSocket was too old");
        };
    }

    /** {@code again}: on a connection that is proven to be alive. */
    private Round round(UpstreamRequest request, boolean again, boolean mayHaveRun) {
        AccountPool pool = pool(request.account());
        TurnCall call = call(request, new BridgedForm());
        return switch (pool.take(bridgeWant(request), call.mailbox(), again)) {
            case AccountPool.Given.Failed(Kind kind, String detail) ->
                new Round.Done(UpstreamResult.Unreachable.unconnected(mayHaveRun, kind, detail));
            case AccountPool.Given.Refused(UpstreamDial.Outcome.Refused answer) ->
                new Round.Done(TurnCall.refusedHandshake(answer, mayHaveRun));
            case AccountPool.Given.Socket given -> {
                call.mailbox().whenOver(completed -> {
                    if (completed) {
                        pool.release(given.socket(), given.seat());
                    } else {
                        pool.discard(given.socket(), given.seat());
                    }
                });
                TurnCall.Came came = call.make(new ResponseCreate(request.body()), given.socket()::send);
                if (came.isTooOld() && (given.reused() || !again)) {
                    yield new Round.Again(mayHaveRun);
                }
                if (came instanceof TurnCall.Came.Nothing nothing && nothing.stale() && given.reused() && !again) {
                    yield new Round.Again(nothing.failure().requestSent());
                }
                yield new Round.Done(TurnCall.result(came, mayHaveRun, given.connectNanos()));
            }
        };
    }

    /** A turn that is not sent yet. */
    TurnCall call(UpstreamRequest request, EventForm form) {
        return new TurnCall(request, form, upstream, stale);
    }

    @Override
    public Binding bind(Strays strays) {
        return new ClientBinding(this, strays, upstream.nanoClock());
    }

    /** A client's own connection is for its session alone: its handshake carries the client's headers. */
    AccountPool.Want boundWant(UpstreamRequest request) {
        return new AccountPool.Want(group("bound " + Long.toHexString(request.sessionKey()), request.client(), request.headers(),
                request.target()), 0, request.sessionKey(), request.target(), request.headers(), request.cancellation());
    }

    /**
     * Bridged requests share connections within (account, client, {@code openai-beta}, query), the same session's first: their
     * handshake carries no other header of the client, and so nothing of one request is left in it for the next.
     */
    private AccountPool.Want bridgeWant(UpstreamRequest request) {
        Headers.Builder headers = Headers.builder();
        for (int i = request.headers().find(BETA); i >= 0; i = request.headers().find(BETA, i + 1)) {
            headers.add(request.headers(), i);
        }
        return new AccountPool.Want(group("bridge", request.client(), request.headers(), request.target()),
                request.sessionKey(), 0, request.target(), headers.build(), request.cancellation());
    }

    private long group(String kind, String client, Headers headers, String target) {
        StringBuilder value = new StringBuilder(96).append(kind).append('\n').append(target);
        for (int i = headers.find(BETA); i >= 0; i = headers.find(BETA, i + 1)) {
            value.append('\n').append(headers.value(i));
        }
        return keys.key(client, value.toString());
    }

    AccountPool pool(Account account) {
        return pools.computeIfAbsent(account.name(), name -> create(account));
    }

    private AccountPool create(Account account) {
        return new AccountPool(account, settings, dial, turnStates, seating, upstream.sweeper(), upstream.nanoClock());
    }

    @Override
    public void apply(List<Account> accounts) {
        Map<String, Account> now = new HashMap<>();
        accounts.forEach(account -> now.put(account.name(), account));
        pools.forEach((name, pool) -> {
            if (!pool.account().equals(now.get(name)) && pools.remove(name, pool)) {
                pool.retire();
            }
        });
    }

    @Override
    public TurnPool.Seats.Counts counts(String account) {
        AccountPool pool = pools.get(account);
        return pool == null ? new TurnPool.Seats.Counts(0, 0, 0, 0, 0, 0, 0, 0, 0) : pool.counts();
    }

    @Override
    public void close() {
        janitor.close();
        pools.values().forEach(AccountPool::close);
    }
}
