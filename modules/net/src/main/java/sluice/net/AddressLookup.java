package sluice.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Finds the addresses of a host. */
@FunctionalInterface
interface AddressLookup {
    /** All addresses, at least one. */
    InetAddress[] addresses(String host) throws UnknownHostException;

    /**
     * The addresses of {@code host}, or a failure after {@code limitNanos}: the system's resolver has no limit of its own that
     * could be set, so a name is looked up on a thread of its own; a platform thread, for the resolver holds the thread that it is
     * called on, and with a virtual one its event loop.
     */
    default InetAddress[] within(String host, long limitNanos) throws UnknownHostException, InterruptedException {
        if (DialTarget.isLiteral(host)) {
            return addresses(host);
        }
        FutureTask<InetAddress[]> task = new FutureTask<>(() -> addresses(host));
        Thread.ofPlatform().daemon().name("sluice-lookup").start(task);
        try {
            return task.get(limitNanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new UnknownHostException("no answer of the resolver in time");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof UnknownHostException unknown ? unknown
                    : new UnknownHostException(String.valueOf(e.getCause()));
        }
    }
}
