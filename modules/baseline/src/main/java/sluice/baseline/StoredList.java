package sluice.baseline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.api.Account;

/**
 * Accounts as JSON outside of the process, read and decoded for every request, as gateways do that share their list in a
 * store. The store is a file of this process's own; keys and fixed headers are never written to it, and are put to the decoded
 * accounts from memory. Thread-safe.
 */
final class StoredList implements AccountList {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Path file;
    private volatile Map<String, Account> secrets = Map.of();
    private volatile boolean closed;

    StoredList() {
        try {
            file = Files.createTempFile("sluice-accounts", ".json");
            file.toFile().deleteOnExit();
        } catch (IOException e) {
            throw new UncheckedIOException("a list of accounts cannot be stored", e);
        }
        replace(List.of());
    }

    @Override
    public void replace(List<Account> accounts) {
        ArrayNode list = MAPPER.createArrayNode();
        Map<String, Account> known = new HashMap<>();
        for (Account account : accounts) {
            known.put(account.name(), account);
            ObjectNode stored = list.addObject().put("name", account.name()).put("base-url", account.endpoint().baseUrl().toString())
                    .put("tier", account.rank().tier()).put("priority", account.rank().priority()).put("weight", account.rank().weight())
                    .put("concurrency", account.rank().concurrency()).put("organization", account.offer().organization())
                    .put("websocket", account.offer().webSocket().name());
            ArrayNode models = stored.putArray("models");
            account.offer().models().forEach(rule -> models.addObject().put("from", rule.from()).put("to", rule.to()));
        }
        secrets = Map.copyOf(known);
        try {
            Files.write(file, MAPPER.writeValueAsBytes(list));
        } catch (IOException e) {
            throw new UncheckedIOException("a list of accounts cannot be stored", e);
        }
    }

    @Override
    public List<Account> read() {
        if (closed) {
            return List.of();
        }
        try {
            List<Account> accounts = new ArrayList<>();
            for (JsonNode stored : MAPPER.readTree(Files.readAllBytes(file))) {
                Optional.ofNullable(secrets.get(stored.get("name").asText())).map(known -> decoded(stored, known))
                        .ifPresent(accounts::add);
            }
            return accounts;
        } catch (IOException e) {
            throw new UncheckedIOException("the list of accounts cannot be read", e);
        }
    }

    /** The account itself where the store agrees with it, for upstreams know an account by its identity. */
    private static Account decoded(JsonNode stored, Account known) {
        List<Account.ModelRule> models = new ArrayList<>();
        stored.get("models").forEach(rule -> models.add(new Account.ModelRule(rule.get("from").asText(), rule.get("to").asText())));
        Account account = new Account(known.name(), known.endpoint(), new Account.Rank(stored.get("tier").asInt(),
                stored.get("priority").asInt(), stored.get("weight").asInt(), stored.get("concurrency").asInt()),
                new Account.Offer(models, stored.get("organization").asText(),
                        Account.WebSocketUse.valueOf(stored.get("websocket").asText())), known.edits());
        return account.equals(known) ? known : account;
    }

    @Override
    public void close() {
        closed = true;
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // it is deleted when the process ends
        }
    }
}
