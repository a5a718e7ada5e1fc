package sluice.upstream;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import sluice.api.Account;
import sluice.api.Upstream;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult;
import sluice.api.UpstreamSettings;
import sluice.http1.ConnectTunnel;
import sluice.net.Dialed;
import sluice.net.Dialer;
import sluice.net.StaleConnections;

/**
 * Calls accounts over its own HTTP/1.1 connections on plain sockets: one write for head and small bodies, one read for small
 * answers, no timer and no helper thread for a connection. Thread-safe.
 */
public final class DirectUpstream implements Upstream {
    /** Provider of the name {@code direct}. */
    public static final class Factory implements Upstream.Factory {
        /** For the service loader. */
        public Factory() {
            // nothing to set up
        }

        @Override
        public String name() {
            return "direct";
        }

        @Override
        public Upstream create(UpstreamSettings settings) {
            try {
                return new DirectUpstream(settings, new Dialer(settings.trustedCertificates(), new ConnectTunnel(),
                        settings.sweeper(), settings.nanoClock()));
            } catch (IOException e) {
                throw new UncheckedIOException("trusted certificates cannot be used: " + e.getMessage(), e);
            }
        }
    }

    private final UpstreamSettings settings;
    private final StaleConnections stale;
    private final Dialer dialer;
    private final Map<String, DirectPool> pools = new ConcurrentHashMap<>();
    /** Idle connections of all pools. */
    private final Semaphore idlePlaces;

    private DirectUpstream(UpstreamSettings settings, Dialer dialer) {
        this.settings = settings;
        stale = new StaleConnections(settings.staleReset(), settings.nanoClock());
        this.dialer = dialer;
        idlePlaces = new Semaphore(settings.idle().inAll());
    }

    @Override
    public UpstreamResult send(UpstreamRequest request) {
        DirectPool pool = poolOf(request.account());
        boolean resent = false;
        Optional<DirectConnection> kept = pool.take();
        if (kept.isPresent()) {
            DirectConnection connection = kept.get();
            UpstreamResult result = connection.exchange(request, false, 0);
            if (!(result instanceof UpstreamResult.Unreachable failure)
                    || !stale.was(request, failure, connection.answering(), connection.sentNanos())) {
                return result;
            }
            resent = failure.requestSent();
        }
        return switch (dialer.dial(pool.target(), request.account().endpoint().timeouts().connect().toNanos(), request.cancellation())) {
            case Dialed.Failed failed -> UpstreamResult.Unreachable.unconnected(resent, failed.kind(), failed.detail());
            case Dialed.Connected(var link, long connectNanos) ->
                    new DirectConnection(link, pool, settings).exchange(request, resent, connectNanos);
        };
    }

    private DirectPool poolOf(Account account) {
        DirectPool pool = pools.get(account.name());
        if (pool != null && pool.serves(account)) {
            return pool;
        }
        DirectPool fresh = new DirectPool(account, settings, idlePlaces);
        DirectPool before = pools.put(account.name(), fresh);
        if (before != null) {
            before.close();
        }
        return fresh;
    }

    @Override
    public void apply(List<Account> accounts) {
        pools.forEach((name, pool) -> {
            if (accounts.stream().noneMatch(pool::serves) && pools.remove(name, pool)) {
                pool.close();
            }
        });
    }

    @Override
    public void close() {
        pools.values().forEach(DirectPool::close);
        pools.clear();
    }
}
