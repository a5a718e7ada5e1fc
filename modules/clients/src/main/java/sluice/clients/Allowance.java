package sluice.clients;

import java.nio.charset.StandardCharsets;

/** What a client, a team or an account uses of what it may. It belongs to the name, and outlives a reload. Thread-safe. */
public final class Allowance {
    /** Whose it is; a model has no budget, but a sum. */
    public enum Kind { CLIENT, TEAM, ACCOUNT, MODEL }

    private final Kind kind;
    private final String name;
    private final Places places = new Places();
    private final SlidingCount requests = new SlidingCount();
    private final SlidingCount tokens = new SlidingCount();
    private final Spending spending = new Spending();
    private final byte[] bytes;

    /** The allowance of somebody who has used nothing yet. */
    public Allowance(Kind kind, String name) {
        this.kind = kind;
        this.name = name;
        bytes = name.getBytes(StandardCharsets.UTF_8);
    }

    /** Whose it is. */
    public Kind kind() {
        return kind;
    }

    /** The name of whose it is. */
    public String name() {
        return name;
    }

    /** Requests under way. */
    public Places places() {
        return places;
    }

    /** Requests of the last minute. */
    public SlidingCount requests() {
        return requests;
    }

    /** Tokens of the last minute. */
    public SlidingCount tokens() {
        return tokens;
    }

    /** What was spent. */
    public Spending spending() {
        return spending;
    }

    /** The name in UTF-8. */
    byte[] bytes() {
        return bytes;
    }
}
