package sluice.clients;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import sluice.config.ClientPolicy;
import sluice.config.KeyHash;
import sluice.config.Quota;

/** The lines of a {@link KeyRing}: words with tabs between them, which no name can hold. Stateless. */
final class KeyRingLine {
    private static final String NEVER = "never";

    private KeyRingLine() {
    }

    static void append(StringBuilder text, IssuedClient client, Clients clients) {
        ClientPolicy terms = client.terms();
        Quota quota = terms.quota();
        text.append(String.join("\t", "client", terms.name(), terms.team(), String.join(" ", terms.models()),
                Integer.toString(quota.concurrency()), Integer.toString(quota.requestsPerMinute()),
                Long.toString(quota.tokensPerMinute()), Double.toString(quota.budget().dayUsd()),
                Double.toString(quota.budget().monthUsd()), Boolean.toString(terms.diagnostics()))).append('\n');
        for (IssuedClient.IssuedKey key : client.keys()) {
            text.append(String.join("\t", "key", terms.name(), key.key().hash().hex(), Long.toString(key.issuedMillis()),
                    key.key().expires().equals(Instant.MAX) ? NEVER : key.key().expires().toString(),
                    Long.toString(clients.use(key.key().hash()).lastMillis()))).append('\n');
        }
    }

    /** Adds what a line says to {@code found}. */
    static void read(String line, Map<String, IssuedClient> found, Clients clients) {
        String[] parts = line.split("\t", -1);
        switch (parts[0]) {
            case "client" -> found.put(parts[1], new IssuedClient(terms(parts), List.of()));
            case "key" -> {
                IssuedClient client = found.get(parts[1]);
                if (client == null) {
                    throw new IllegalArgumentException("a key of nobody");
                }
                List<IssuedClient.IssuedKey> keys = new ArrayList<>(client.keys());
                KeyHash hash = KeyHash.parse(parts[2]);
                Instant expires = parts[4].equals(NEVER) ? Instant.MAX : instant(parts[4]);
                keys.add(new IssuedClient.IssuedKey(new ClientPolicy.Key(hash, expires), Long.parseLong(parts[3])));
                clients.use(hash).at(Long.parseLong(parts[5]));
                found.put(parts[1], new IssuedClient(client.terms(), keys));
            }
            default -> throw new IllegalArgumentException("an unknown line");
        }
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (java.time.DateTimeException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static ClientPolicy terms(String[] parts) {
        ClientPolicy terms = new ClientPolicy(parts[1], parts[2], ClientPolicy.Access.CLOSED,
                parts[3].isEmpty() ? List.of() : List.of(parts[3].split(" ")),
                new Quota(Integer.parseInt(parts[4]), Integer.parseInt(parts[5]), Long.parseLong(parts[6]),
                        new Quota.Budget(Double.parseDouble(parts[7]), Double.parseDouble(parts[8]))),
                new ClientPolicy.Extras(true, Boolean.parseBoolean(parts[9])));
        terms.fault().ifPresent(fault -> {
            throw new IllegalArgumentException(fault);
        });
        return terms;
    }
}
