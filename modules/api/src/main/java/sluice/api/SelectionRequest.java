package sluice.api;

import java.util.Set;

/**
 * What the scheduler needs to know to choose an account. Made by a {@link Builder}.
 *
 * @param client the client's name, for fairness between clients and for the objects that it made
 * @param need what the account must offer
 * @param ties what the request belongs to
 * @param tried what came of earlier attempts
 * @param waitNanos how long to wait for a slot; 0: not at all
 * @param seed seed of the weighted pick where there is no session
 */
public record SelectionRequest(String client, Need need, Ties ties, Tried tried, long waitNanos, long seed) {
    /** How the account is to be called. */
    public enum Transport {
        /** By an HTTP request, or over a WebSocket that makes no difference to it. */
        HTTP,
        /** Over the WebSocket that its client keeps. */
        WEBSOCKET
    }

    /**
     * What the account must offer.
     *
     * @param model what the client asked for; empty where a request names none
     * @param route the route, where accounts are known to lack it, such as {@code /responses/compact}; empty for the usual one
     * @param transport how it is to be called
     * @param encryptedContent whether the input carries reasoning that only its organisation can read
     */
    public record Need(String model, String route, Transport transport, boolean encryptedContent) { }

    /**
     * What the request belongs to.
     *
     * @param session its session
     * @param boundTo the id of what lives in one account: a response, a conversation, a file; empty without one
     * @param only the name of the one account that will do, because a connection to it has state; empty: any
     */
    public record Ties(Session session, String boundTo, String only) { }

    /**
     * A session.
     *
     * @param key its 64-bit key (see {@link SessionKeys}), or 0 without a session
     * @param guessed whether the client named none, and the key is that of how its conversation begins: several conversations may begin
     *     alike, so the account is kept only while no other of them runs there
     */
    public record Session(long key, boolean guessed) {
        /** No session. */
        public static final Session NONE = new Session(0, false);
    }

    /**
     * What came of earlier attempts.
     *
     * @param accounts names of accounts that this request has tried
     * @param evidence what they have shown
     */
    public record Tried(Set<String> accounts, Evidence evidence) {
        /** Copies the set. */
        public Tried {
            accounts = Set.copyOf(accounts);
        }
    }

    /** A request that any account may serve. */
    public SelectionRequest(String client, String model, long sessionKey, String boundTo, Transport transport,
            boolean encryptedContent, Set<String> excluded, long waitNanos, long seed) {
        this(client, model, sessionKey, boundTo, transport, encryptedContent, excluded, "", waitNanos, seed);
    }

    /** A request that one account may serve, or any. */
    public SelectionRequest(String client, String model, long sessionKey, String boundTo, Transport transport,
            boolean encryptedContent, Set<String> excluded, String only, long waitNanos, long seed) {
        this(client, new Need(model, "", transport, encryptedContent), new Ties(new Session(sessionKey, false), boundTo, only),
                new Tried(excluded, Evidence.NONE), waitNanos, seed);
    }

    /** Begins a request of a client. */
    public static Builder by(String client) {
        return new Builder(client);
    }

    /** The model asked for; empty without one. */
    public String model() {
        return need.model;
    }

    /** The session's key; 0 without one. */
    public long sessionKey() {
        return ties.session.key;
    }

    /** The id of what lives in one account; empty without one. */
    public String boundTo() {
        return ties.boundTo;
    }

    /** The same, of a request that has shown something before. */
    public SelectionRequest showing(Evidence evidence) {
        return new SelectionRequest(client, need, ties, new Tried(tried.accounts, evidence), waitNanos, seed);
    }

    /** The same without a session. */
    public SelectionRequest withoutSession() {
        return new SelectionRequest(client, need, new Ties(Session.NONE, ties.boundTo, ties.only), tried, waitNanos, seed);
    }

    /** Whether the account of this name is ruled out by the request itself. */
    public boolean rulesOut(String account) {
        return tried.accounts.contains(account) || !ties.only.isEmpty() && !ties.only.equals(account);
    }

    /** Collects a request. Confined to one thread. */
    public static final class Builder {
        private final String client;
        private String model = "";
        private String route = "";
        private Transport transport = Transport.HTTP;
        private boolean encryptedContent;
        private Session session = Session.NONE;
        private String boundTo = "";
        private String only = "";
        private Set<String> excluded = Set.of();
        private Evidence evidence = Evidence.NONE;
        private long waitNanos;
        private long seed;

        private Builder(String client) {
            this.client = client;
        }

        /** The model; without it any account may serve. */
        public Builder model(String name) {
            model = name;
            return this;
        }

        /** A route that some accounts lack. */
        public Builder route(String path) {
            route = path;
            return this;
        }

        /** How the account is to be called; by HTTP otherwise. */
        public Builder transport(Transport how) {
            transport = how;
            return this;
        }

        /** Whether the input carries reasoning that only its organisation can read. */
        public Builder encryptedContent(boolean carries) {
            encryptedContent = carries;
            return this;
        }

        /** The session. */
        public Builder session(Session whose) {
            session = whose;
            return this;
        }

        /** A session that the client named, by its key; 0 for none. */
        public Builder session(long key) {
            session = new Session(key, false);
            return this;
        }

        /** What lives in one account, by its id; empty for nothing. */
        public Builder boundTo(String id) {
            boundTo = id;
            return this;
        }

        /** The one account that will do; empty for any. */
        public Builder only(String account) {
            only = account;
            return this;
        }

        /** Accounts that will not do, because they were tried. */
        public Builder excluding(Set<String> accounts) {
            excluded = accounts;
            return this;
        }

        /** What earlier attempts of the same request have shown. */
        public Builder evidence(Evidence shown) {
            evidence = shown;
            return this;
        }

        /** How long to wait for a slot. */
        public Builder waiting(long nanos) {
            waitNanos = nanos;
            return this;
        }

        /** Seed of the weighted pick where there is no session. */
        public Builder seed(long of) {
            seed = of;
            return this;
        }

        /** The request. */
        public SelectionRequest build() {
            return new SelectionRequest(client, new Need(model, route, transport, encryptedContent),
                    new Ties(session, boundTo, only), new Tried(excluded, evidence), waitNanos, seed);
        }
    }
}
