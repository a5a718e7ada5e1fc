package sluice.net;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * A port that takes connections until it is closed, whatever {@code accept} throws: it waits a moment and tries again, and opens the
 * port anew if it was lost. Running out of open files is the usual reason, and it passes. Thread-safe.
 */
public final class Acceptor implements AutoCloseable {
    private static final Logger LOG = System.getLogger("sluice.server");
    private static final int BACKLOG = 4096;
    /** Long enough not to spin, short enough that nobody gives up. */
    private static final Duration PAUSE = Duration.ofMillis(100);
    /** An accept that has waited so long has something to wait on: the port is there. */
    private static final Duration SETTLED = Duration.ofSeconds(1);
    private static final Duration BETWEEN_LOGS = Duration.ofMinutes(1);
    /** So often a port that is to be left waits for a quiet moment; then it is left though connections still come. */
    private static final int MOST_QUIETS = 10;

    private final InetSocketAddress address;
    private final boolean shared;
    private final Semaphore places;
    private final Taker taker;
    private final LongSupplier nanoClock;
    private final Thread thread;
    private volatile ServerSocketChannel listener;
    private volatile boolean closed;
    /** Whether the last try failed, and when the present one began. */
    private volatile boolean failing;
    private volatile long tryingSinceNanos;
    /** Whether it waits for a connection: nobody is in the queue. */
    private volatile boolean waiting;
    private boolean logged;
    private long loggedNanos;

    /** Serves what was accepted. */
    @FunctionalInterface
    public interface Taker {
        /**
         * Takes a connection over, on a thread of its own: this one accepts the next.
         *
         * @param place runs once when the connection has ended
         * @throws IOException if it is gone already; then the acceptor closes it and takes the place back
         */
        void take(SocketChannel channel, Runnable place) throws IOException;
    }

    private Acceptor(ServerSocketChannel listener, boolean shared, int most, Taker taker, LongSupplier nanoClock) throws IOException {
        this.listener = listener;
        this.shared = shared;
        this.taker = taker;
        this.nanoClock = nanoClock;
        address = (InetSocketAddress) listener.getLocalAddress();
        places = new Semaphore(most);
        thread = Thread.ofPlatform().name("sluice-accept-" + address.getPort()).unstarted(this::run);
    }

    /**
     * Opens a port and takes connections from it.
     *
     * @param most connections at a time; others wait until one has ended
     * @throws IOException if the port cannot be had; the message says why
     */
    public static Acceptor open(InetSocketAddress address, int most, Taker taker, LongSupplier nanoClock) throws IOException {
        return open(address, false, most, taker, nanoClock);
    }

    /** The same; with {@code shared}, another process of this user may open the port, too, and {@link #handOver} leaves it to that one. */
    public static Acceptor open(InetSocketAddress address, boolean shared, int most, Taker taker, LongSupplier nanoClock)
            throws IOException {
        Acceptor acceptor = new Acceptor(listen(address, shared), shared, most, taker, nanoClock);
        acceptor.thread.start();
        return acceptor;
    }

    private static ServerSocketChannel listen(InetSocketAddress address, boolean shared) throws IOException {
        if (address.isUnresolved()) {
            throw new IOException(address.getHostString() + ": unknown host");
        }
        ServerSocketChannel listener = ServerSocketChannel.open();
        try {
            listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            if (shared) {
                SharedPort.allow(listener);
            }
            listener.bind(address, BACKLOG);
            return listener;
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw new IOException(address.getHostString() + ":" + address.getPort() + ": " + e.getMessage(), e);
        }
    }

    /** The port in use. */
    public int port() {
        return address.getPort();
    }

    /** Whether connections are being taken: false while the last try has failed, and once it is closed. */
    public boolean listening() {
        return !closed && (!failing || nanoClock.getAsLong() - tryingSinceNanos > SETTLED.toNanos());
    }

    private void run() {
        while (!closed) {
            places.acquireUninterruptibly();
            boolean taken = false;
            try {
                taken = acceptOne();
                failing = false;
            } catch (Throwable e) {
                // Whatever it is, a port that is given up serves nobody.
                failed(e);
            } finally {
                if (!taken) {
                    places.release();
                }
            }
        }
    }

    private boolean acceptOne() throws IOException {
        if (!listener.isOpen() && !closed) {
            listener = listen(address, shared);
            if (closed) {
                // close() may have seen the one before.
                listener.close();
            }
        }
        tryingSinceNanos = nanoClock.getAsLong();
        waiting = true;
        SocketChannel channel;
        try {
            channel = listener.accept();
        } finally {
            waiting = false;
        }
        if (closed) {
            channel.close();
            return false;
        }
        try {
            taker.take(channel, places::release);
            return true;
        } catch (IOException e) {
            channel.close();
            return false;
        } catch (RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Leaves the port to another process that listens there: new connections are given to that one, those that wait for this one are
     * taken, and then it is closed. Does nothing if nobody else is there.
     *
     * @param quiet how long nobody must have come until it closes: longer than a handshake takes
     * @return whether the port was left
     */
    public boolean handOver(Duration quiet) {
        if (!shared || closed || !SharedPort.isShared(address)) {
            return false;
        }
        SharedPort.giveToTheOther(listener);
        long end = nanoClock.getAsLong() + MOST_QUIETS * quiet.toNanos();
        while (!(waiting && nanoClock.getAsLong() - tryingSinceNanos > quiet.toNanos()) && nanoClock.getAsLong() - end < 0) {
            LockSupport.parkNanos(quiet.toNanos() / 10);
        }
        close();
        return true;
    }

    /** What it accepts from. */
    ServerSocketChannel listener() {
        return listener;
    }

    private void failed(Throwable e) {
        if (closed) {
            return;
        }
        failing = true;
        tryingSinceNanos = nanoClock.getAsLong();
        if (!logged || tryingSinceNanos - loggedNanos > BETWEEN_LOGS.toNanos()) {
            logged = true;
            loggedNanos = tryingSinceNanos;
            LOG.log(Level.WARNING, "port " + port() + " takes no connections for the moment, and tries again: " + e);
        }
        LockSupport.parkNanos(PAUSE.toNanos());
    }

    /**
     * Takes no more connections; those that were taken go on. When this returns, nobody is taken any more. An interrupt would be
     * shorter, but one that meets an accept loses the connection that this had just got, and its client waits for ever.
     */
    @Override
    public void close() {
        closed = true;
        try {
            listener.close();
        } catch (IOException e) {
            // The port is gone either way.
        }
        places.release();
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
