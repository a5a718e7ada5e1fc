package sluice.wspool;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import sluice.api.Account;
import sluice.api.Headers;
import sluice.api.OutboundBody;
import sluice.api.SessionKeys;
import sluice.api.Sweeper;
import sluice.api.TurnPool;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult;
import sluice.api.UpstreamSettings;
import sluice.http1.ConnectTunnel;
import sluice.net.Dialer;

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
    private final UpstreamDial dial;
    private final TurnRounds rounds;
    private final TurnStates turnStates = new TurnStates();
    private final Map<String, AccountPool> pools = new ConcurrentHashMap<>();
    private final Sweeper.Registration janitor;
    private volatile long nextSweepNanos;

    TurnPools(UpstreamSettings upstream, TurnPool.Settings settings, TurnPool.Seats.Factory seating) throws IOException {
        this.settings = settings;
        this.seating = seating;
        this.upstream = upstream;
        Sweeper sweeper = upstream.sweeper();
        LongSupplier nanoClock = upstream.nanoClock();
        Dialer dialer = new Dialer(upstream.trustedCertificates(), new ConnectTunnel(), sweeper, nanoClock);
        dial = new UpstreamDial(dialer, sweeper, nanoClock, upstream.maxHeaderBytes(), settings.maxMessageBytes());
        rounds = new TurnRounds(upstream, settings.maxSeats());
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
        return rounds.run(request, BridgedForm::new, true, (turn, again) -> bridge(request, turn, again));
    }

    private Joined bridge(UpstreamRequest request, EventMailbox turn, boolean again) {
        AccountPool pool = pool(request.account());
        return switch (pool.take(bridgeWant(request), turn, again)) {
            case AccountPool.Given.Failed failed -> failed;
            case AccountPool.Given.Refused refused -> refused;
            case AccountPool.Given.Socket given -> new Joined.Ready(new Bridge(pool, given), given.reused(), given.connectNanos());
        };
    }

    /** A connection of a pool, for one request. */
    private record Bridge(AccountPool pool, AccountPool.Given.Socket given) implements Carrier {
        @Override
        public TurnBeginnings beginnings() {
            return given.socket().beginnings();
        }

        @Override
        public void send(OutboundBody body) throws IOException {
            given.socket().send(new ResponseCreate(body));
        }

        @Override
        public void over(boolean completed) {
            if (completed) {
                pool.release(given.socket(), given.seat());
            } else {
                pool.discard(given.socket(), given.seat());
            }
        }

        @Override
        public void tooOld() {
            // An error was seen on it: the pool has closed it.
        }
    }

    TurnRounds rounds() {
        return rounds;
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
