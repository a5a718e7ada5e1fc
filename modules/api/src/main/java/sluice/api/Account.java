package sluice.api;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One upstream account of the operator. Immutable and thread-safe.
 *
 * @param name unique, for people and logs
 * @param endpoint where it is, and how it is called
 * @param rank how it stands beside other accounts
 * @param offer what it can be asked for
 * @param edits what is changed in bodies on their way to it
 */
public record Account(String name, Endpoint endpoint, Rank rank, Offer offer, Edits edits) {
    /**
     * Where an account is, and how it is called.
     *
     * @param baseUrl {@code http} or {@code https}, with the path before {@code /responses}, such as {@code …/v1}
     * @param apiKey sent as {@code Authorization: Bearer}
     * @param headers fixed headers, which replace the client's of the same name
     * @param proxy a proxy to go through: {@code http} by CONNECT, {@code socks5} or {@code socks5h} by SOCKS 5
     * @param timeouts limits of a call to this account
     */
    public record Endpoint(URI baseUrl, Secret apiKey, Map<String, String> headers, Optional<URI> proxy, Timeouts timeouts) {
        /** Checks the address and copies the headers. */
        public Endpoint {
            check(baseUrl.getHost() != null, "base-url", "must name a host", baseUrl);
            headers = Map.copyOf(headers);
        }

        /** No headers of its own, no proxy, the usual limits. */
        public static Endpoint of(URI baseUrl, Secret apiKey) {
            return new Endpoint(baseUrl, apiKey, Map.of(), Optional.empty(), Timeouts.DEFAULT);
        }

        /** The account's host as its address spells it, with a port only where that has one: for {@code Host} (RFC 9110 §7.2). */
        public String host() {
            String authority = baseUrl.getRawAuthority();
            return authority.substring(authority.indexOf('@') + 1);
        }

        /** What stands before the path of each request, without a slash at its end. */
        public String basePath() {
            String path = baseUrl.getRawPath() == null ? "" : baseUrl.getRawPath();
            return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        }

        /** Whether the account sets what line {@code index} of somebody's headers sets; some servers read underscores as hyphens. */
        public boolean sets(Headers others, int index) {
            for (String name : headers.keySet()) {
                if (others.nameIs(index, name) || name.length() == others.nameBytes(index)
                        && others.name(index).replace('_', '-').equalsIgnoreCase(name.replace('_', '-'))) {
                    return true;
                }
            }
            return false;
        }

        /** The address: headers and a proxy's address may hold secrets. */
        @Override
        public String toString() {
            return baseUrl.toString();
        }
    }

    /**
     * How an account stands beside others.
     *
     * @param tier strict rank: a higher tier is used only when none below fits; 0 or more
     * @param priority soft rank, lower is better; 0 or more
     * @param weight share among equally good accounts; 1 or more
     * @param concurrency requests at a time; 1 or more
     */
    public record Rank(int tier, int priority, int weight, int concurrency) {
        /** First in everything, 64 requests at a time. */
        public static final Rank DEFAULT = new Rank(0, 0, 1, 64);

        /** Checks ranges. */
        public Rank {
            check(tier >= 0, "tier", "must be 0 or more", tier);
            check(priority >= 0, "priority", "must be 0 or more", priority);
            check(weight >= 1, "weight", "must be 1 or more", weight);
            check(concurrency >= 1, "concurrency", "must be 1 or more", concurrency);
        }
    }

    /**
     * What an account can be asked for.
     *
     * @param models which models are served, and under which name; empty: all, under their own
     * @param organization what encrypted reasoning belongs to
     * @param webSocket whether WebSocket connections may be used
     */
    public record Offer(List<ModelRule> models, String organization, WebSocketUse webSocket) {
        /** Copies the list. */
        public Offer {
            models = List.copyOf(models);
        }
    }

    /**
     * What is changed in bodies.
     *
     * @param passthrough whether bodies go out as they came, the model aside if it is mapped
     * @param remove paths of members to remove
     * @param set JSON to put at paths
     * @param replace values to exchange at paths: path to (old text to new text)
     * @param input corrections inside {@code input}
     */
    public record Edits(boolean passthrough, List<String> remove, Map<String, String> set, Map<String, Map<String, String>> replace,
            Set<BodyEdit.InputCorrection> input) {
        /** Nothing. */
        public static final Edits NONE = new Edits(false, List.of(), Map.of(), Map.of(), Set.of());

        /** Copies the collections. */
        public Edits {
            remove = List.copyOf(remove);
            set = Map.copyOf(set);
            replace = Map.copyOf(replace);
            input = Set.copyOf(input);
        }
    }

    /** Use of WebSocket towards an account. */
    public enum WebSocketUse {
        /** Never. */
        OFF,
        /** For clients that speak it. */
        ON,
        /** Also for plain HTTP requests. */
        PREFER
    }

    /**
     * A served model.
     *
     * @param from what clients ask for; a trailing {@code *} matches any ending
     * @param to what the upstream is asked for; empty: the same name
     */
    public record ModelRule(String from, String to) {
        /** Whether {@link #from} ends in a wildcard. */
        public boolean isWildcard() {
            return pattern().isWild();
        }

        /** {@link #from} as what it fits. */
        public NamePattern pattern() {
            return new NamePattern(from);
        }
    }

    /**
     * Limits of one call; zero means none.
     *
     * @param connect TCP, proxy and TLS handshakes together
     * @param write while a request is sent: longest time in which the upstream takes nothing of it
     * @param headersStreaming until the answer's headers, when the client asked for a stream
     * @param headersWhole until the answer's headers otherwise: the answer is sent when it is done
     * @param idle between two bytes of an answer
     * @param firstOutput until the first output event of a stream
     * @param keepalive silence towards the client after which a stream says that it is alive
     */
    public record Timeouts(Duration connect, Duration write, Duration headersStreaming, Duration headersWhole, Duration idle,
            Duration firstOutput, Duration keepalive) {
        /** 5 s, 30 s, 300 s, 600 s, 300 s, none, 10 s. */
        public static final Timeouts DEFAULT = new Timeouts(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofSeconds(300),
                Duration.ofSeconds(600), Duration.ofSeconds(300), Duration.ZERO, Duration.ofSeconds(10));
    }

    /** Checks that it has a name. */
    public Account {
        check(!name.isEmpty(), "name", "must not be empty", name);
    }

    /** An account with defaults for everything but its name, its address and its key. */
    public static Account of(String name, URI baseUrl, Secret apiKey) {
        return new Account(name, Endpoint.of(baseUrl, apiKey), Rank.DEFAULT, new Offer(List.of(), name, WebSocketUse.ON), Edits.NONE);
    }

    /**
     * The name under which this account serves {@code model}: by an exact rule, else by the longest wildcard that fits.
     * Empty if it does not serve it.
     */
    public Optional<String> upstreamModel(String model) {
        if (offer.models.isEmpty()) {
            return Optional.of(model);
        }
        ModelRule best = null;
        for (ModelRule rule : offer.models) {
            if (!rule.isWildcard()) {
                if (rule.from().equals(model)) {
                    return Optional.of(rule.to().isEmpty() ? model : rule.to());
                }
            } else if (rule.pattern().fits(model) && (best == null || rule.from().length() > best.from().length())) {
                best = rule;
            }
        }
        return best == null ? Optional.empty() : Optional.of(best.to().isEmpty() ? model : best.to());
    }

    /** Name and address. */
    @Override
    public String toString() {
        return "Account[" + name + ", " + endpoint + ']';
    }

    private static void check(boolean right, String key, String rule, Object value) {
        if (!right) {
            throw new IllegalArgumentException(key + ": " + rule + ", not " + value);
        }
    }
}
