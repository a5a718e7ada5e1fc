package sluice.clients;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.config.KeyHash;
import sluice.files.FileVersion;
import sluice.files.Lines;
import sluice.files.OneWriter;
import sluice.files.WholeFile;

/**
 * The clients that were made while the gateway runs, in a file that only its owner may read: names, limits and hashes, no key. A
 * change is on the disk before it is in force, so that a killed process has forgotten neither a key nor a revocation. A client
 * that is revoked stays without keys: its name keeps its sums, and a gateway that had a client never again serves without keys.
 * While a restart hands over, two processes have the file: each change is made to what the file has at that moment, so that neither
 * takes a revocation of the other back. Changes are for one thread at a time; reading is for any.
 */
public final class KeyRing {
    /** As many as a large company has teams; all are held in memory, and written at each change. */
    static final int MOST = 10_000;
    /** Far more than so many need: what is larger is damaged, and must not fill the heap. */
    private static final long MAX_BYTES = 64 << 20;
    private static final String HEAD = "sluice clients 1";

    private final Path file;
    private final Clients clients;
    private volatile Map<String, IssuedClient> issued = Map.of();
    private Map<KeyHash, Long> savedUses = Map.of();
    private final OneWriter one;
    /** The file as this process read or wrote it last. */
    private volatile FileVersion seen = FileVersion.NONE;

    private KeyRing(Path file, Clients clients) {
        this.file = file;
        this.clients = clients;
        one = new OneWriter(file);
    }

    /**
     * The ring that a former process kept in {@code file}, or an empty one.
     *
     * @throws IOException if the file is there and cannot be read: nobody knows then who may
     */
    public static KeyRing open(Path file, Clients clients) throws IOException {
        KeyRing ring = new KeyRing(file, clients);
        ring.takeIn();
        return ring;
    }

    /** Whether another process has written since this one read or wrote. One look at the file. */
    public boolean hasChanged() {
        return !FileVersion.of(file).equals(seen);
    }

    /**
     * Reads what another process has written, if one has.
     *
     * @throws IOException if it cannot be read; then what was known before holds
     */
    public void takeIn() throws IOException {
        FileVersion now = FileVersion.of(file);
        if (!now.equals(seen)) {
            read();
            savedUses = uses();
            seen = now;
        }
    }

    /** A change of the ring. */
    @FunctionalInterface
    public interface Change {
        /** Makes it. */
        void make() throws IOException;
    }

    /**
     * Makes a change while no other process makes one, to what the file has now.
     *
     * @throws IOException if it cannot be kept
     */
    public void alone(Change change) throws IOException {
        if (file.toAbsolutePath().getParent() != null) {
            Files.createDirectories(file.toAbsolutePath().getParent());
        }
        one.hold(() -> {
            takeIn();
            change.make();
        });
    }

    private void read() throws IOException {
        Map<String, IssuedClient> found = new LinkedHashMap<>();
        try (Lines lines = new Lines(file, 0)) {
            Optional<String> line = lines.next();
            if (!line.equals(Optional.of(HEAD))) {
                throw new IOException(file + " is no file of clients; without it nobody knows whose keys are valid");
            }
            for (line = lines.next(); line.isPresent(); line = lines.next()) {
                if (lines.position() > MAX_BYTES || !Lines.isText(line.get())) {
                    throw new IllegalArgumentException("it is no text, or larger than " + (MAX_BYTES >> 20) + " MiB");
                }
                KeyRingLine.read(line.get(), found, clients);
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IOException(file + " is damaged (" + e.getMessage() + "); without it nobody knows whose keys are valid", e);
        }
        issued = Map.copyOf(found);
    }

    /** All of them, by name. */
    public List<IssuedClient> all() {
        List<IssuedClient> all = new ArrayList<>(issued.values());
        all.sort(java.util.Comparator.comparing(client -> client.terms().name()));
        return all;
    }

    /** One of them. */
    public Optional<IssuedClient> find(String name) {
        return Optional.ofNullable(issued.get(name));
    }

    /** Whether there is room for one more. */
    public boolean isFull() {
        return issued.size() >= MOST;
    }

    /**
     * Adds a client, or puts it in the place of the one with its name; within {@link #alone}.
     *
     * @throws IOException if it cannot be kept; then nothing has changed
     */
    public void put(IssuedClient client) throws IOException {
        Map<String, IssuedClient> next = new LinkedHashMap<>(issued);
        next.put(client.terms().name(), client);
        write(next);
        issued = Map.copyOf(next);
    }

    /**
     * A client with one more key, beside which the newest of those it has stays valid for a while; older ones end at once.
     *
     * @param former until when the key that it has stays valid
     */
    public static IssuedClient rotated(IssuedClient client, IssuedClient.IssuedKey fresh, Instant former) {
        List<IssuedClient.IssuedKey> keys = new ArrayList<>();
        if (!client.keys().isEmpty()) {
            keys.add(client.keys().getLast().until(former));
        }
        keys.add(fresh);
        return new IssuedClient(client.terms(), keys);
    }

    /** When a key ends that is to end by {@code end}. */
    public static Instant earlier(IssuedClient.IssuedKey key, Instant end) {
        return key.until(end).key().expires();
    }

    /** Keeps when keys were used last, if that has changed. */
    public void saveUses() throws IOException {
        if (!uses().equals(savedUses)) {
            alone(() -> write(issued));
        }
    }

    private Map<KeyHash, Long> uses() {
        Map<KeyHash, Long> uses = new LinkedHashMap<>();
        issued.values().forEach(client -> client.keys().forEach(key -> uses.put(key.key().hash(),
                clients.use(key.key().hash()).lastMillis())));
        return uses;
    }

    private void write(Map<String, IssuedClient> all) throws IOException {
        StringBuilder text = new StringBuilder(HEAD).append('\n');
        all.values().forEach(client -> KeyRingLine.append(text, client, clients));
        WholeFile.writeThrough(file, out -> out.append(text));
        savedUses = uses();
        seen = FileVersion.of(file);
    }
}
