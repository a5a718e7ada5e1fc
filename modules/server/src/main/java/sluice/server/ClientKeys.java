package sluice.server;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import sluice.clients.IssuedClient;
import sluice.clients.KeyRing;
import sluice.clients.NewKey;
import sluice.config.ClientPolicy;
import sluice.config.Configuration;
import sluice.config.TeamPolicy;
import sluice.ops.KeyDesk;

/**
 * Puts the clients that were made at run time beside those of the configuration: each change is a reload of the clients alone, so
 * that it holds in every door and for every limit. Where both have a name or a key, the configuration's counts. Thread-safe;
 * {@code lock} guards the ring, its file and which configuration is in force, for a change or a reload.
 */
final class ClientKeys implements KeyDesk {
    private final ReentrantLock lock = new ReentrantLock();
    private final Optional<KeyRing> ring;
    private final LongSupplier epochMillis;
    private final SecureRandom random = new SecureRandom();
    private volatile Configuration file;
    /** Told what is in force; nobody yet while the gateway starts. */
    private Consumer<Configuration> gateway = merged -> { };

    /** Clients of {@code ring} beside those of {@code file}; without a ring there are none, and none can be made. */
    ClientKeys(Optional<KeyRing> ring, Configuration file, LongSupplier epochMillis) {
        this.ring = ring;
        this.file = file;
        this.epochMillis = epochMillis;
    }

    /** From now on {@code applies} is told of each configuration that is in force. */
    void follow(Consumer<Configuration> applies) {
        lock.lock();
        try {
            gateway = applies;
        } finally {
            lock.unlock();
        }
    }

    /** A new configuration file is in force, with the clients of the ring. */
    void apply(Configuration next) {
        lock.lock();
        try {
            file = next;
            gateway.accept(merged());
        } finally {
            lock.unlock();
        }
    }

    /** The configuration with all clients. */
    Configuration merged() {
        if (ring.isEmpty() || ring.get().all().isEmpty()) {
            return file;
        }
        List<ClientPolicy> all = new ArrayList<>(file.clients());
        ring.get().all().stream().filter(client -> !isOfFile(client.terms().name())).map(this::policy).forEach(all::add);
        return file.withClients(all);
    }

    /** A client whose team is not there any more would have no limit that the team had: it is refused until the team is back. */
    private ClientPolicy policy(IssuedClient client) {
        String team = client.terms().team();
        if (!team.isEmpty() && !hasTeam(team)) {
            System.getLogger("sluice.server").log(System.Logger.Level.WARNING, "client " + client.terms().name()
                    + " is refused: its team " + team + " is not in the configuration");
            return client.terms();
        }
        return client.policy();
    }

    private boolean isOfFile(String name) {
        return file.clients().stream().anyMatch(client -> client.name().equals(name));
    }

    private boolean hasTeam(String name) {
        return file.teams().stream().map(TeamPolicy::name).anyMatch(name::equals);
    }

    /** The client of that name, if it was made at run time and is not hidden by one of the file. */
    Optional<IssuedClient> issued(String name) {
        return ring.flatMap(all -> all.find(name)).filter(client -> !isOfFile(name));
    }

    /** Takes in what another process has made, rotated or revoked: while a restart hands over, either may be asked to. */
    void look() {
        if (ring.isEmpty() || !ring.get().hasChanged()) {
            return;
        }
        lock.lock();
        try {
            ring.get().takeIn();
            gateway.accept(merged());
        } catch (IOException e) {
            System.getLogger("sluice.server").log(System.Logger.Level.WARNING, "clients that another process has made cannot be read: "
                    + e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    /** Keeps when keys were used last. */
    void saveUses() {
        lock.lock();
        try {
            if (ring.isPresent()) {
                ring.get().saveUses();
            }
        } catch (IOException e) {
            System.getLogger("sluice.server").log(System.Logger.Level.WARNING, "when keys were used last cannot be kept: " + e);
        } finally {
            lock.unlock();
        }
    }

    private interface Change {
        Outcome on(KeyRing clients) throws IOException;
    }

    private Outcome change(String name, Change change) {
        if (ring.isEmpty()) {
            return new Outcome.Refused(Reason.NO_STATE, "There is nowhere to keep clients, so they would be lost at a restart:"
                    + " set state.path in the configuration, and restart.");
        }
        lock.lock();
        try {
            if (isOfFile(name)) {
                return new Outcome.Refused(Reason.CLIENT_OF_FILE, "The configuration file has the client '" + name
                        + "', and wins; change it there.");
            }
            Outcome[] made = new Outcome[1];
            ring.get().alone(() -> made[0] = change.on(ring.get()));
            return made[0];
        } catch (IOException e) {
            return new Outcome.Refused(Reason.NOT_KEPT, "Nothing has changed, because it cannot be written down: " + e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    private void keep(KeyRing clients, IssuedClient changed) throws IOException {
        clients.put(changed);
        gateway.accept(merged());
    }

    @Override
    public Outcome add(ClientPolicy terms, Instant expires) {
        Optional<String> fault = terms.fault();
        if (fault.isPresent()) {
            return new Outcome.Refused(Reason.BAD_CLIENT, fault.get());
        }
        return change(terms.name(), clients -> {
            if (!terms.team().isEmpty() && !hasTeam(terms.team())) {
                return new Outcome.Refused(Reason.BAD_CLIENT, "There is no team '" + terms.team() + "' in the configuration.");
            }
            if (!terms.quota().budget().isOpen() && file.usage().prices().isEmpty()) {
                return new Outcome.Refused(Reason.BAD_CLIENT, "A budget needs usage.prices or usage.price-file: without prices nothing"
                        + " is ever spent.");
            }
            Optional<IssuedClient> known = clients.find(terms.name());
            if (known.isPresent() && !known.get().keys().isEmpty()) {
                return new Outcome.Refused(Reason.CLIENT_EXISTS, "There is a client '" + terms.name()
                        + "' already; rotate gives it another key, revoke takes its keys back.");
            }
            if (known.isEmpty() && clients.isFull()) {
                return new Outcome.Refused(Reason.BAD_CLIENT, "There are as many clients as can be kept.");
            }
            return issue(clients, terms.name(), expires, Instant.MIN, key -> new IssuedClient(terms, List.of(key)));
        });
    }

    private interface WithKey {
        IssuedClient client(IssuedClient.IssuedKey key);
    }

    private Outcome issue(KeyRing clients, String name, Instant expires, Instant formerUntil, WithKey made) throws IOException {
        NewKey key = NewKey.random(random);
        IssuedClient.IssuedKey issued = new IssuedClient.IssuedKey(new ClientPolicy.Key(key.hash(), expires), epochMillis.getAsLong());
        keep(clients, made.client(issued));
        return new Outcome.Issued(name, key.text(), issued.id(), expires, formerUntil);
    }

    @Override
    public Outcome rotate(String client, Duration overlap, Instant expires) {
        return change(client, clients -> {
            Optional<IssuedClient> known = clients.find(client);
            if (known.isEmpty()) {
                return unknown(client);
            }
            Instant former = Instant.ofEpochMilli(epochMillis.getAsLong()).plus(overlap);
            Instant formerUntil = known.get().keys().isEmpty() ? Instant.MIN : KeyRing.earlier(known.get().keys().getLast(), former);
            return issue(clients, client, expires, formerUntil, key -> KeyRing.rotated(known.get(), key, former));
        });
    }

    @Override
    public Outcome revoke(String client, String keyId) {
        return change(client, clients -> {
            Optional<IssuedClient> known = clients.find(client);
            if (known.isEmpty()) {
                return unknown(client);
            }
            List<IssuedClient.IssuedKey> left = keyId.isEmpty() ? List.of()
                    : known.get().keys().stream().filter(key -> !key.id().equals(keyId)).toList();
            int gone = known.get().keys().size() - left.size();
            if (gone == 0 && !keyId.isEmpty()) {
                return new Outcome.Refused(Reason.BAD_CLIENT, "The client '" + client + "' has no key '" + keyId + "'.");
            }
            keep(clients, new IssuedClient(known.get().terms(), left));
            return new Outcome.Revoked(client, gone, left.size());
        });
    }

    private static Outcome unknown(String client) {
        return new Outcome.Refused(Reason.UNKNOWN_CLIENT, "There is no client '" + client + "'.");
    }
}
