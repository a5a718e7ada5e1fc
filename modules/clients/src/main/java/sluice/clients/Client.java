package sluice.clients;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import sluice.api.NamePattern;

/**
 * A client as the running gateway knows it: what it may use, and what it is using now. Its counts outlive a reload, for they
 * belong to the name. Thread-safe.
 */
public final class Client {
    private final Allowance allowance;
    private final BodyShare bodyShare = new BodyShare();
    private final Places connections = new Places();
    private final UsageMeans means = new UsageMeans();
    private final AtomicLong tokensInAll = new AtomicLong();

    /** A client that uses what this allowance counts. */
    public Client(Allowance allowance) {
        this.allowance = allowance;
    }

    /** Its name, unique. */
    public String name() {
        return allowance.name();
    }

    /** What it uses of what it may. */
    public Allowance allowance() {
        return allowance;
    }

    /** What its request bodies hold of the byte budget. */
    public BodyShare bodyShare() {
        return bodyShare;
    }

    /** Opens one of {@code limit} WebSocket connections; false if all are open. A limit of 0 is none. */
    public boolean connect(int limit) {
        return connections.enter(limit);
    }

    /** WebSocket connections that are open. */
    public int openConnections() {
        return connections.taken();
    }

    /** One of its WebSocket connections has ended. */
    public void disconnect() {
        connections.leave();
    }

    /** Requests under way. */
    public int inFlight() {
        return allowance.places().taken();
    }

    /** What its requests use on average. */
    UsageMeans means() {
        return means;
    }

    /** Tokens since the start. */
    public AtomicLong tokensInAll() {
        return tokensInAll;
    }

    /** Whether {@code model} fits one of {@code patterns}; an empty list fits all. */
    public static boolean mayUse(List<String> patterns, String model) {
        return patterns.isEmpty() || patterns.stream().anyMatch(pattern -> new NamePattern(pattern).fits(model));
    }
}
