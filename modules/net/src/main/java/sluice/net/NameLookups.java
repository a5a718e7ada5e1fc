package sluice.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Finds the addresses of hosts within a limit. The system's resolver has no limit of its own that could be set, so a name is looked up on
 * a thread of its own; a platform thread, for the resolver holds the thread that it is called on, and with a virtual one its event loop.
 *
 * <p>A name server that does not answer keeps that thread for half a minute and longer. So each name is looked up once at a time, and all
 * who want it wait for the same answer: there are never more of these threads than names. Thread-safe.
 */
final class NameLookups {
    private final AddressLookup resolver;
    private final Map<String, FutureTask<InetAddress[]>> running = new ConcurrentHashMap<>();

    /** Lookups by {@code resolver}, which may take any time. */
    NameLookups(AddressLookup resolver) {
        this.resolver = resolver;
    }

    /** The addresses of {@code host}, or a failure after {@code limitNanos}. */
    InetAddress[] addresses(String host, long limitNanos) throws UnknownHostException, InterruptedException {
        if (DialTarget.isLiteral(host)) {
            return resolver.addresses(host);
        }
        try {
            return lookup(host).get(limitNanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new UnknownHostException("no answer of the resolver in time");
        } catch (ExecutionException e) {
            // Others wait for the same failure, so that each gets one of its own.
            throw new UnknownHostException(e.getCause() instanceof UnknownHostException ? e.getCause().getMessage()
                    : String.valueOf(e.getCause()));
        }
    }

    /** The lookup that runs, or a new one. */
    private FutureTask<InetAddress[]> lookup(String host) {
        FutureTask<InetAddress[]> mine = new FutureTask<>(() -> resolver.addresses(host));
        FutureTask<InetAddress[]> others = running.putIfAbsent(host, mine);
        if (others != null) {
            return others;
        }
        boolean started = false;
        try {
            Thread.ofPlatform().daemon().name("sluice-lookup").start(() -> {
                mine.run();
                running.remove(host, mine);
            });
            started = true;
        } finally {
            if (!started) {
                running.remove(host, mine);
            }
        }
        return mine;
    }
}
