package sluice.upstream;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import sluice.api.Account;
import sluice.api.Sweeper;
import sluice.api.UpstreamSettings;
import sluice.net.DialTarget;

/**
 * Idle connections to one account, the last used first, so that a pool that has become too large dries up from its far end.
 * Thread-safe; {@code lock} guards the deque, and connections are closed outside of it.
 */
final class DirectPool implements Sweeper.Watched {
    /** How many are looked at for one that waits where the caller does: bringing it there costs as much as a few looks. */
    private static final int LOOKS = 8;

    private final Account account;
    private final DialTarget target;
    private final byte[] fixedLines;
    private final String basePath;
    private final UpstreamSettings settings;
    private final Sweeper.Registration registration;
    /** A place for each idle connection, of this pool and all others. */
    private final Semaphore places;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<DirectConnection> idle = new ArrayDeque<>();
    private boolean closed;

    DirectPool(Account account, UpstreamSettings settings, Semaphore places) {
        this.places = places;
        this.account = account;
        this.settings = settings;
        target = DialTarget.of(account.endpoint().baseUrl(), account.endpoint().proxy());
        basePath = account.endpoint().basePath();
        fixedLines = fixedLines(account);
        registration = settings.sweeper().watch(this);
    }

    private static byte[] fixedLines(Account account) {
        String lines = "Host: " + account.endpoint().host() + "\r\n";
        if (!account.endpoint().apiKey().isEmpty()) {
            lines += "Authorization: Bearer " + account.endpoint().apiKey().reveal() + "\r\n";
        }
        return lines.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Whether connections of this pool fit {@code other}: same place, same key, same way. */
    boolean serves(Account other) {
        return other == account || other.name().equals(account.name()) && other.endpoint().baseUrl().equals(account.endpoint().baseUrl())
                && other.endpoint().apiKey().equals(account.endpoint().apiKey())
                && other.endpoint().proxy().equals(account.endpoint().proxy());
    }

    DialTarget target() {
        return target;
    }

    /** Path before every request's own, without a trailing slash. */
    String basePath() {
        return basePath;
    }

    /** The header lines that are the same in every request: host and credentials. */
    byte[] fixedLines() {
        return fixedLines;
    }

    /** An idle connection that was used lately; empty if there is none, and the caller dials. */
    Optional<DirectConnection> take() {
        DirectConnection last = pollFirst();
        while (last != null && !last.quiet()) {
            last.discard();
            last = pollFirst();
        }
        return Optional.ofNullable(last);
    }

    private DirectConnection pollFirst() {
        lock.lock();
        try {
            DirectConnection first = nearest();
            if (first != null) {
                places.release();
            }
            return first;
        } finally {
            lock.unlock();
        }
    }

    /** One of the last used that waits where the caller does, or the last used. Under the lock. */
    private DirectConnection nearest() {
        int looks = LOOKS;
        for (Iterator<DirectConnection> each = idle.iterator(); each.hasNext() && looks > 0; looks--) {
            DirectConnection one = each.next();
            if (one.link().waitsHere()) {
                each.remove();
                return one;
            }
        }
        return idle.pollFirst();
    }

    /** Keeps a connection whose last answer was read to its end, or closes it if there are enough. */
    void give(DirectConnection connection) {
        boolean kept;
        lock.lock();
        try {
            kept = !closed && idle.size() < settings.idle().perAccount() && places.tryAcquire();
            if (kept) {
                idle.addFirst(connection);
            }
        } finally {
            lock.unlock();
        }
        if (!kept) {
            connection.discard();
        }
    }

    @Override
    public void sweep(long nowNanos) {
        List<DirectConnection> old = new ArrayList<>(0);
        lock.lock();
        try {
            DirectConnection last = idle.peekLast();
            while (last != null && nowNanos - last.idleSinceNanos() > settings.idle().timeout().toNanos()) {
                old.add(idle.pollLast());
                places.release();
                last = idle.peekLast();
            }
        } finally {
            lock.unlock();
        }
        old.forEach(DirectConnection::discard);
    }

    /** Closes idle connections; those in use are closed when they come back. */
    void close() {
        List<DirectConnection> all;
        lock.lock();
        try {
            closed = true;
            all = new ArrayList<>(idle);
            places.release(all.size());
            idle.clear();
        } finally {
            lock.unlock();
        }
        registration.close();
        all.forEach(DirectConnection::discard);
    }
}
