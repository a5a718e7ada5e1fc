package sluice.sched;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import sluice.api.AccountScheduler.Selection;
import sluice.api.Decision;

/**
 * Requests that wait for a slot of the pool. Clients take turns, and the requests of one client keep their order, so that one
 * client's flood costs another no more than a turn. Bounded: when it is full, the client with the longest line makes room for one
 * with a shorter line. Thread-safe.
 */
final class WaitingRoom {
    private final int maxWaiters;
    /** Guards the lines and all waiters in them. Lock "waiting-room": no I/O, no other lock, at most {@code maxWaiters} tries. */
    private final ReentrantLock lock = new ReentrantLock();
    /** Lines by client, in the order of turns. */
    private final LinkedHashMap<String, ArrayDeque<Waiter>> lines = new LinkedHashMap<>();
    private volatile int size;
    private boolean closed;

    WaitingRoom(int maxWaiters) {
        this.maxWaiters = maxWaiters;
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /** Lets a waiter wait, unless {@code settle} answers it once it is in line: a slot may have come free in between. */
    void join(Waiter waiter, Predicate<Waiter> settle) {
        lock.lock();
        try {
            if (closed) {
                waiter.answer(refused(Map.of()));
                return;
            }
            if (size >= maxWaiters && !displace(waiter)) {
                waiter.answer(refused(Map.of(Decision.FilterReason.QUEUE_FULL, 1)));
                return;
            }
            lines.computeIfAbsent(waiter.wish.request().client(), client -> new ArrayDeque<>()).addLast(waiter);
            size++;
            if (settle.test(waiter)) {
                remove(waiter);
            } else {
                waiter.bound.ifPresent(state -> state.waiting.incrementAndGet());
                waiter.queued = true;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes a waiter out; afterwards it is answered, or never will be. */
    void leave(Waiter waiter) {
        lock.lock();
        try {
            remove(waiter);
        } finally {
            lock.unlock();
        }
    }

    /** Offers one free slot: the first waiter, in order of turns, that {@code grant} answers has it. False if none did. */
    boolean offer(Predicate<Waiter> grant, Runnable otherwise) {
        lock.lock();
        try {
            for (ArrayDeque<Waiter> line : lines.values()) {
                for (Waiter waiter : line) {
                    if (grant.test(waiter)) {
                        served(waiter);
                        return true;
                    }
                }
            }
            otherwise.run();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Tries all waiters in order of turns; {@code settle} says whether it answered one. */
    void review(Predicate<Waiter> settle) {
        if (isEmpty()) {
            return;
        }
        lock.lock();
        try {
            for (Waiter waiter : inOrder()) {
                if (settle.test(waiter)) {
                    served(waiter);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Answers all, and all who come later. */
    void close() {
        lock.lock();
        try {
            closed = true;
            for (Waiter waiter : inOrder()) {
                remove(waiter);
                waiter.answer(refused(Map.of()));
            }
        } finally {
            lock.unlock();
        }
    }

    /** First the first of each line, then the second of each, and so on. */
    private List<Waiter> inOrder() {
        List<Waiter> order = new ArrayList<>(size);
        List<Iterator<Waiter>> heads = new ArrayList<>(lines.size());
        lines.values().forEach(line -> heads.add(line.iterator()));
        while (order.size() < size) {
            for (Iterator<Waiter> head : heads) {
                if (head.hasNext()) {
                    order.add(head.next());
                }
            }
        }
        return order;
    }

    /** Makes room at the end of the longest line, if that is longer than the newcomer's would become. */
    private boolean displace(Waiter newcomer) {
        ArrayDeque<Waiter> longest = new ArrayDeque<>();
        for (ArrayDeque<Waiter> line : lines.values()) {
            longest = line.size() > longest.size() ? line : longest;
        }
        ArrayDeque<Waiter> own = lines.get(newcomer.wish.request().client());
        if (longest.size() <= (own == null ? 0 : own.size()) + 1) {
            return false;
        }
        Waiter last = longest.getLast();
        remove(last);
        last.answer(refused(Map.of(Decision.FilterReason.QUEUE_FULL, 1)));
        return true;
    }

    /** Removes a waiter and sends its client to the end of the turns. */
    private void served(Waiter waiter) {
        remove(waiter);
        String client = waiter.wish.request().client();
        ArrayDeque<Waiter> line = lines.remove(client);
        if (line != null) {
            lines.put(client, line);
        }
    }

    private void remove(Waiter waiter) {
        String client = waiter.wish.request().client();
        ArrayDeque<Waiter> line = lines.get(client);
        if (line == null || !line.remove(waiter)) {
            return;
        }
        size--;
        if (waiter.queued) {
            waiter.bound.ifPresent(state -> state.waiting.decrementAndGet());
        }
        if (line.isEmpty()) {
            lines.remove(client);
        }
    }

    private static Selection refused(Map<Decision.FilterReason, Integer> reasons) {
        return new Selection.Unavailable(reasons, new Selection.Cause.Busy(), Duration.ZERO);
    }
}
