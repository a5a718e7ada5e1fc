package sluice.state;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import sluice.api.SessionKeys;
import sluice.api.SharedState.Owners;

/**
 * Owners in memory: a table for each client, with an equal share of the room. An entry is a word: the account's number, whether
 * the object was found and not made, and the minute of its last use. Thread-safe.
 */
final class LocalOwners implements Owners {
    private static final long FOUND = 1L << 62;
    /** So that no word is 0. */
    private static final long PRESENT = 1L << 61;
    private static final int ACCOUNT_SHIFT = 32;
    /** Accounts that ever were in the configuration; more are not remembered. */
    private static final int MAX_ACCOUNTS = 1 << 20;
    /** A use renews an entry at most this often. */
    private static final int RENEW_MINUTES = 60;
    private static final String CLIENTS = "\0client";
    private static final String IDS = "\0id";

    private final SessionKeys keys;
    private final int max;
    private final int ttlMinutes;
    private final LongSupplier epochMillis;
    private final OtherProcess other;
    private final Map<Long, OwnerTable> tables = new ConcurrentHashMap<>();
    private final Map<String, Integer> numbers = new ConcurrentHashMap<>();
    /** By number. It only grows: names come from the configuration. */
    private final List<String> accounts = new CopyOnWriteArrayList<>();

    LocalOwners(SessionKeys keys, int max, Duration ttl, LongSupplier epochMillis, OtherProcess other) {
        this.keys = keys;
        this.max = max;
        ttlMinutes = (int) Math.max(1, Math.min(Integer.MAX_VALUE, ttl.toMinutes()));
        this.epochMillis = epochMillis;
        this.other = other;
    }

    @Override
    public Ownership findAnywhere(String client, String id) {
        Ownership known = find(client, id);
        if (!(known instanceof Ownership.Unknown)) {
            return known;
        }
        other.catchUp();
        return find(client, id);
    }

    @Override
    public Ownership find(String client, String id) {
        long key = keys.key(IDS, id);
        long own = clientKey(client);
        int now = minute();
        OwnerTable table = tables.get(own);
        long word = table == null ? OwnerTable.NONE : fresh(table.get(key), now);
        if (word != OwnerTable.NONE) {
            if (now - minuteOf(word) >= RENEW_MINUTES) {
                put(table, key, word(accountOf(word), (word & FOUND) != 0, now));
            }
            return new Ownership.Owned(accounts.get(accountOf(word)));
        }
        for (Map.Entry<Long, OwnerTable> other : tables.entrySet()) {
            long theirs = other.getKey() == own ? OwnerTable.NONE : fresh(other.getValue().get(key), now);
            if (theirs != OwnerTable.NONE && (theirs & FOUND) == 0) {
                return new Ownership.Foreign();
            }
        }
        return new Ownership.Unknown();
    }

    @Override
    public void own(String client, String id, String account) {
        remember(clientKey(client), keys.key(IDS, id), account, false, minute());
    }

    @Override
    public void found(String client, String id, String account) {
        long key = keys.key(IDS, id);
        OwnerTable table = tables.get(clientKey(client));
        long known = table == null ? OwnerTable.NONE : fresh(table.get(key), minute());
        remember(clientKey(client), key, account, known == OwnerTable.NONE || (known & FOUND) != 0, minute());
    }

    private void remember(long client, long key, String account, boolean found, int minute) {
        int number = number(account);
        if (number >= 0) {
            OwnerTable table = tables.computeIfAbsent(client, made -> new OwnerTable());
            long word = word(number, found, minute);
            // Most are told twice, when the answer begins and when it has ended.
            if (table.get(key) != word) {
                put(table, key, word);
            }
        }
    }

    private void put(OwnerTable table, long key, long word) {
        table.put(key, word, Math.max(1, max / Math.max(1, tables.size())));
    }

    private int number(String account) {
        Integer known = numbers.get(account);
        return known != null ? known : numbers.computeIfAbsent(account, name -> {
            if (accounts.size() >= MAX_ACCOUNTS) {
                return -1;
            }
            accounts.add(name);
            return accounts.lastIndexOf(name);
        });
    }

    /** All, for the file. */
    void each(Consumer<StateFile.Owner> receiver) {
        int now = minute();
        tables.forEach((client, table) -> table.each((key, word) -> {
            if (fresh(word, now) != OwnerTable.NONE) {
                receiver.accept(new StateFile.Owner(client, key, minuteOf(word), (word & FOUND) != 0, accounts.get(accountOf(word))));
            }
        }));
    }

    /** Takes in what was kept, unless it has been used here since. */
    void restore(StateFile.Owner owner) {
        int now = minute();
        // A clock that was set back must not make entries last longer.
        int minute = Math.min(owner.minute(), now);
        OwnerTable table = tables.get(owner.client());
        long known = table == null ? OwnerTable.NONE : fresh(table.get(owner.key()), now);
        boolean newer = known == OwnerTable.NONE || minute > minuteOf(known) || (known & FOUND) != 0 && !owner.found();
        if (newer && now - minute < ttlMinutes) {
            remember(owner.client(), owner.key(), owner.account(), owner.found(), minute);
        }
    }

    private long clientKey(String client) {
        return keys.key(CLIENTS, client);
    }

    private long fresh(long word, int now) {
        return word != OwnerTable.NONE && now - minuteOf(word) < ttlMinutes ? word : OwnerTable.NONE;
    }

    private int minute() {
        return (int) (epochMillis.getAsLong() / 60_000);
    }

    private static long word(int account, boolean found, int minute) {
        return PRESENT | (found ? FOUND : 0) | (long) account << ACCOUNT_SHIFT | minute;
    }

    private static int minuteOf(long word) {
        return (int) word;
    }

    private static int accountOf(long word) {
        return (int) (word >>> ACCOUNT_SHIFT) & MAX_ACCOUNTS - 1;
    }
}
