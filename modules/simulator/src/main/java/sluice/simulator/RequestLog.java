package sluice.simulator;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;

/** What the simulated upstream received, in order of arrival; the oldest is forgotten at a limit. Thread-safe. */
public final class RequestLog {
    /** Enough for any test; a long run keeps the latest. */
    private static final int MAX_ENTRIES = 20_000;
    private static final long MAX_BODY_BYTES = 256L * 1024 * 1024;

    private final ArrayDeque<ReceivedRequest> entries = new ArrayDeque<>();
    private final Consumer<ReceivedRequest> onEnd;
    private long bodyBytes;
    private long total;

    RequestLog(Consumer<ReceivedRequest> onEnd) {
        this.onEnd = onEnd;
    }

    /** Everything that is remembered. */
    public synchronized List<ReceivedRequest> all() {
        return List.copyOf(entries);
    }

    /** What one account received. */
    public List<ReceivedRequest> of(String accountKey) {
        return all().stream().filter(request -> request.accountKey().equals(accountKey)).toList();
    }

    /** The latest. */
    public synchronized ReceivedRequest last() {
        if (entries.isEmpty()) {
            throw new IllegalStateException("nothing was received yet");
        }
        return entries.getLast();
    }

    /** How many there were, forgotten ones too. */
    public synchronized long total() {
        return total;
    }

    /** Waits until there were {@code count}, and returns the latest. */
    public synchronized ReceivedRequest await(long count) throws InterruptedException {
        while (total < count) {
            wait();
        }
        return entries.getLast();
    }

    /** Forgets all, and counts anew. */
    public synchronized void clear() {
        entries.clear();
        bodyBytes = 0;
        total = 0;
    }

    synchronized void add(ReceivedRequest request) {
        entries.add(request);
        bodyBytes += request.bodyBytes();
        total++;
        while (entries.size() > MAX_ENTRIES || (bodyBytes > MAX_BODY_BYTES && entries.size() > 1)) {
            bodyBytes -= entries.remove().bodyBytes();
        }
        notifyAll();
    }

    void ended(ReceivedRequest request, ReceivedRequest.Ending how) {
        request.end(how);
        onEnd.accept(request);
    }
}
