package sluice.wspool;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import sluice.api.Account;
import sluice.api.ByteSource;
import sluice.api.ConnectionSeats;
import sluice.api.Headers;
import sluice.api.SessionKeys;
import sluice.api.Sweeper;
import sluice.api.TurnPool;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult;
import sluice.api.UpstreamResult.Kind;
import sluice.api.UpstreamSettings;
import sluice.api.WebSocketSettings;
import sluice.json.JsonMembers;
import sluice.http1.ConnectTunnel;
import sluice.net.Dialer;
import sluice.websocket.CloseCodes;

/** A pool for each account, the bridge from HTTP, and the janitor. Thread-safe. */
final class TurnPools implements TurnPool {
    /** How often the janitor looks: idle times and ages are seconds and minutes. */
    private static final long JANITOR_NANOS = 1_000_000_000;
    /** DESIGN §8: a reused connection that is reset sooner after sending had gone stale, and the request was not executed. */
    private static final long STALE_NANOS = 1_000_000_000;
    private static final Headers EVENT_STREAM = Headers.of("Content-Type", "text/event-stream");
    private static final String BETA = "openai-beta";
    /** The upstream ends connections after an hour; a turn that meets this was not executed. */
    private static final String TOO_OLD = "websocket_connection_limit_reached";

    /** Clients choose what is hashed, and connections of a group are shared: so nobody else can make these keys. */
    private final SessionKeys keys = SessionKeys.random();
    private final WebSocketSettings settings;
    private final ConnectionSeats.Factory seating;
    private final UpstreamDial dial;
    private final Sweeper sweeper;
    private final LongSupplier nanoClock;
    private final TurnStates turnStates = new TurnStates();
    private final Map<String, AccountPool> pools = new ConcurrentHashMap<>();
    private final Sweeper.Registration janitor;
    private volatile long nextSweepNanos;

    TurnPools(UpstreamSettings upstream, WebSocketSettings settings, ConnectionSeats.Factory seating) throws IOException {
        this.settings = settings;
        this.seating = seating;
        sweeper = upstream.sweeper();
        nanoClock = upstream.nanoClock();
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
        String target = request.target();
        if (!request.method().equals("POST") || !target.equals("/responses") && !target.startsWith("/responses?")) {
            throw new IllegalArgumentException("only POST /responses can go over a WebSocket, not " + target);
        }
        Try last = attempt(request, false, false);
        // Each further round has closed a connection that was too old, and there are no more of them than seats.
        for (int round = 0; last.result.isEmpty() && round <= settings.maxSeats(); round++) {
            last = attempt(request, true, last.mayHaveRun);
        }
        return last.result.orElseGet(() -> new UpstreamResult.Unreachable(true, Kind.RESET, "every WebSocket was too old"));
    }

    /**
     * What came of sending once.
     *
     * @param mayHaveRun if there is no result, whether the account may have executed the request all the same
     */
    private record Try(Optional<UpstreamResult> result, boolean mayHaveRun) {
        static Try of(UpstreamResult result) {
            return new Try(Optional.of(result), false);
        }
    }

    /**
     * Without a result if a reused connection had gone stale or was too old for another turn: then the request is sent once more, on one
     * that is proven to be alive.
     */
    private Try attempt(UpstreamRequest request, boolean again, boolean mayHaveRun) {
        AccountPool pool = pool(request.account());
        EventMailbox mailbox = new EventMailbox(nanoClock, request.headersNanos(), request.idleNanos());
        return switch (pool.take(bridgeWant(request), mailbox, again)) {
            case AccountPool.Given.Failed failed -> Try.of(mayHaveRun
                    ? UpstreamResult.Unreachable.afterReset(failed.kind(), failed.detail())
                    : new UpstreamResult.Unreachable(false, failed.kind(), failed.detail()));
            case AccountPool.Given.Refused refused -> Try.of(mayHaveRun
                    ? UpstreamResult.Unreachable.afterReset(Kind.FRAMING, "status " + refused.answer().status())
                    : refused(refused.answer()));
            case AccountPool.Given.Socket given -> run(request, pool, given, mailbox, again, mayHaveRun);
        };
    }

    private Try run(UpstreamRequest request, AccountPool pool, AccountPool.Given.Socket given, EventMailbox mailbox, boolean again,
            boolean mayHaveRun) {
        mailbox.on(completed -> {
            if (completed) {
                pool.release(given.socket(), given.seat());
            } else {
                pool.discard(given.socket(), given.seat());
            }
        });
        request.cancellation().onCancel(mailbox::abort);
        Sweeper.Registration watch = sweeper.watch(mailbox);
        long sentNanos = nanoClock.getAsLong();
        boolean sent = false;
        try {
            given.socket().send(new ResponseCreate(request.body()));
            sent = true;
        } catch (IOException e) {
            mailbox.closed(CloseCodes.ABNORMAL, String.valueOf(e.getMessage()));
        }
        switch (mailbox.awaitFirst()) {
            case EventMailbox.First.Event event -> {
                ByteSource body = new WatchedSource(mailbox, watch, request);
                return Try.of(new UpstreamResult.Answered(200, EVENT_STREAM, body, mayHaveRun, given.connectNanos()));
            }
            case EventMailbox.First.Refused refused -> {
                end(mailbox, watch, request);
                EventMailbox.Refusal refusal = refused.refusal();
                if ((given.reused() || !again) && isTooOld(refusal.message())) {
                    return new Try(Optional.empty(), mayHaveRun);
                }
                return Try.of(EventAnswer.of(refusal.status(), refusal.message(), mayHaveRun, given.connectNanos()));
            }
            case EventMailbox.First.Nothing nothing -> {
                end(mailbox, watch, request);
                boolean soon = !sent || nanoClock.getAsLong() - sentNanos < STALE_NANOS;
                if (nothing.kind() == Kind.RESET && given.reused() && soon && !again) {
                    return new Try(Optional.empty(), sent);
                }
                return Try.of(new UpstreamResult.Unreachable(sent || mayHaveRun, sent && mayHaveRun, nothing.kind(), nothing.detail()));
            }
        }
    }

    private static boolean isTooOld(byte[] message) {
        JsonMembers members = new JsonMembers(message, 0, message.length);
        if (!members.seek("error")) {
            return false;
        }
        JsonMembers error = new JsonMembers(message, members.valueFrom(), members.valueTo());
        return error.seek("code") && error.valueIs(TOO_OLD);
    }

    private static void end(EventMailbox mailbox, Sweeper.Registration watch, UpstreamRequest request) {
        mailbox.close();
        watch.close();
        request.cancellation().clear();
    }

    /** What tells of the account is the answer; what tells of WebSocket alone is a connection that failed. */
    private static UpstreamResult refused(UpstreamDial.Outcome.Refused answer) {
        int status = answer.status();
        if (status == 401 || status == 402 || status == 403 || status == 429 || status >= 500) {
            return new UpstreamResult.Answered(status, answer.headers(), EventAnswer.bytes(answer.body()), false, 0);
        }
        return new UpstreamResult.Unreachable(false, Kind.FRAMING, "the upstream refused WebSocket with status " + status);
    }

    @Override
    public Opening open(Request request, Listener listener) {
        AccountPool pool = pool(request.account());
        boolean shareable = request.sessionKey() != 0;
        AccountPool.Want want = new AccountPool.Want(group("bound " + Long.toHexString(request.sessionKey()), request.client(),
                request.headers(), request.target()), 0, request.sessionKey(), request.target(), request.headers(),
                request.cancellation());
        return switch (pool.take(want, listener, false)) {
            case AccountPool.Given.Failed failed -> new Opening.Unreachable(failed.kind(), failed.detail());
            case AccountPool.Given.Refused(var answer) ->
                new Opening.Refused(answer.status(), answer.headers(), answer.body());
            case AccountPool.Given.Socket given -> new Opening.Opened(
                    new BoundConnection(pool, given.socket(), given.seat(), shareable, nanoClock), given.reused(),
                    given.connectNanos());
        };
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

    private AccountPool pool(Account account) {
        return pools.computeIfAbsent(account.name(), name -> create(account));
    }

    private AccountPool create(Account account) {
        return new AccountPool(account, settings, dial, turnStates, seating, sweeper, nanoClock);
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
    public ConnectionSeats.Counts counts(String account) {
        AccountPool pool = pools.get(account);
        return pool == null ? new ConnectionSeats.Counts(0, 0, 0, 0, 0, 0, 0, 0, 0) : pool.counts();
    }

    @Override
    public void close() {
        janitor.close();
        pools.values().forEach(AccountPool::close);
    }

    /** A mailbox whose end also ends its watch and its cancellation. */
    private static final class WatchedSource implements ByteSource {
        private final EventMailbox mailbox;
        private final Sweeper.Registration watch;
        private final UpstreamRequest request;
        private final AtomicBoolean closed = new AtomicBoolean();

        private WatchedSource(EventMailbox mailbox, Sweeper.Registration watch, UpstreamRequest request) {
            this.mailbox = mailbox;
            this.watch = watch;
            this.request = request;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return mailbox.read(target, offset, length);
        }

        @Override
        public boolean ready() {
            return mailbox.ready();
        }

        @Override
        public void abort() {
            mailbox.abort();
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                end(mailbox, watch, request);
            }
        }
    }
}
