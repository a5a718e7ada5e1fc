package sluice.clients;

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
    /** Whether it has spent something that is not kept yet. */
    private volatile boolean unsaved;

    /** The allowance of somebody who has used nothing yet. */
    public Allowance(Kind kind, String name) {
        this.kind = kind;
        this.name = name;
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

    void changed() {
        unsaved = true;
    }

    /** Whether something was spent since this was asked last. */
    boolean takeUnsaved() {
        boolean was = unsaved;
        unsaved = false;
        return was;
    }
}
