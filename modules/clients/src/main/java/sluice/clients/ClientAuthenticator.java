package sluice.clients;

import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.api.GatewayError;
import sluice.api.Headers;
import sluice.config.ClientPolicy;
import sluice.config.KeyHash;
import sluice.config.Loopback;
import sluice.config.Quota;
import sluice.config.TeamPolicy;

/**
 * Tells who a client is by its key. Keys are known by their SHA-256 only, which is compared in constant time. Without clients,
 * everything from this machine is one client, as long as no web page can be behind it. Immutable and thread-safe.
 */
public final class ClientAuthenticator {
    /** Longest key that is hashed. */
    private static final int MAX_KEY_CHARS = 512;

    /** Whoever comes from this machine, where no clients are configured. */
    public static final ClientPolicy LOCAL = new ClientPolicy("local", "", ClientPolicy.Access.CLOSED, List.of(), Quota.OPEN,
            new ClientPolicy.Extras(true, true));

    /** What was found. */
    public sealed interface Outcome {
        /**
         * A client.
         *
         * @param parties those whose limits hold: the client, and its team if it has one
         */
        record Known(Client client, ClientPolicy policy, List<Party> parties) implements Outcome {
            /** Copies the list. */
            public Known {
                parties = List.copyOf(parties);
            }

            /** Requests of its team that are under way; 0 without a team. */
            public int inFlightOfTeam() {
                return parties.size() < 2 ? 0 : parties.getLast().allowance().places().taken();
            }
        }

        /** None. */
        record Refused(GatewayError error) implements Outcome { }
    }

    /** Whose a key is, until when, and when it was used last. */
    private record Held(Outcome.Known known, Instant expires, KeyUse use) { }

    private final Map<KeyHash, Held> byKey = new HashMap<>();
    private final Optional<Outcome.Known> local;

    /** An authenticator of these clients, whose state outlives a reload. A key that two of them have is the first one's. */
    public ClientAuthenticator(List<ClientPolicy> policies, List<TeamPolicy> teams, Clients clients) {
        for (ClientPolicy policy : policies) {
            Outcome.Known known = known(policy, teams, clients);
            policy.access().keys().forEach(key -> byKey.putIfAbsent(key.hash(), new Held(known, key.expires(), clients.use(key.hash()))));
        }
        local = policies.isEmpty() ? Optional.of(known(LOCAL, teams, clients)) : Optional.empty();
    }

    private static Outcome.Known known(ClientPolicy policy, List<TeamPolicy> teams, Clients clients) {
        Client client = clients.of(policy.name());
        List<Party> parties = new ArrayList<>(List.of(new Party(client.allowance(), policy.quota())));
        teams.stream().filter(team -> team.name().equals(policy.team())).forEach(team ->
                parties.add(new Party(clients.allowances().of(Allowance.Kind.TEAM, team.name()), team.quota())));
        return new Outcome.Known(client, policy, parties);
    }

    /** Who sends these headers from {@code remoteHost}; notes that the key is used. */
    public Outcome authenticate(Headers headers, String remoteHost, long epochMillis) {
        if (local.isPresent()) {
            return Loopback.isAddress(remoteHost) && isLocal(headers) ? local.get() : refused(403, "invalid_api_key",
                    "Without configured clients, Sluice serves programs on this machine only, not web pages: no Origin, and a Host"
                            + " of localhost, 127.0.0.1 or [::1].");
        }
        String key = keyOf(headers);
        if (key.isEmpty()) {
            return refused(401, "invalid_api_key", "No API key: send 'Authorization: Bearer KEY' or 'x-api-key: KEY'.");
        }
        Held held = key.length() > MAX_KEY_CHARS ? null : byKey.get(KeyHash.of(key));
        if (held == null) {
            return refused(401, "invalid_api_key", "The API key is not one of this gateway's.");
        }
        Outcome outcome = checked(held, remoteHost, epochMillis);
        if (outcome instanceof Outcome.Known) {
            held.use().at(epochMillis);
        }
        return outcome;
    }

    /** Whether the client that came in as {@code name} with these headers would still come in as the same one. */
    public boolean stillAllows(String name, Headers headers, String remoteHost, long epochMillis) {
        if (local.isPresent()) {
            return isLocal(headers) && local.get().client().name().equals(name);
        }
        String key = keyOf(headers);
        Held held = key.isEmpty() || key.length() > MAX_KEY_CHARS ? null : byKey.get(KeyHash.of(key));
        return held != null && held.known().client().name().equals(name)
                && checked(held, remoteHost, epochMillis) instanceof Outcome.Known;
    }

    private static Outcome checked(Held held, String remoteHost, long epochMillis) {
        ClientPolicy policy = held.known().policy();
        if (!held.expires().equals(Instant.MAX) && epochMillis >= held.expires().toEpochMilli()) {
            return refused(401, "invalid_api_key", "The API key has expired.");
        }
        if (!policy.access().addresses().isEmpty() && !comesFrom(policy, remoteHost)) {
            return refused(403, "invalid_api_key", "The API key may not be used from this address.");
        }
        return held.known();
    }

    private static boolean comesFrom(ClientPolicy policy, String remoteHost) {
        int zone = remoteHost.indexOf('%');
        InetAddress address = InetAddress.ofLiteral(zone < 0 ? remoteHost : remoteHost.substring(0, zone));
        return policy.access().addresses().stream().anyMatch(range -> range.contains(address));
    }

    private static boolean isLocal(Headers headers) {
        if (headers.has("origin")) {
            return false;
        }
        int index = headers.find("host");
        if (index < 0) {
            return true;
        }
        return Loopback.isHost(headers.value(index));
    }

    private static String keyOf(Headers headers) {
        int index = headers.find("authorization");
        if (index >= 0) {
            String value = headers.value(index);
            return value.regionMatches(true, 0, "Bearer ", 0, 7) ? value.substring(7).strip() : "";
        }
        index = headers.find("x-api-key");
        if (index < 0) {
            // Azure's clients send it so.
            index = headers.find("api-key");
        }
        return index >= 0 ? headers.value(index) : "";
    }

    private static Outcome.Refused refused(int status, String code, String message) {
        return new Outcome.Refused(GatewayError.client(status, code, message));
    }
}
