package sluice.sched;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.api.Account;

/** All accounts at one moment: an immutable snapshot behind one reference, so that a request reads no list that changes. */
final class Fleet {
    static final Fleet EMPTY = new Fleet(List.of());

    /** In the order of the configuration. */
    final List<Member> configured;
    /** By tier, then in the order of the configuration: the positions. */
    private final Member[] byTier;
    private final List<Account> accounts;
    private final Map<String, Integer> positions = new HashMap<>();

    Fleet(List<Member> members) {
        configured = List.copyOf(members);
        List<Member> sorted = new ArrayList<>(members);
        sorted.sort(Comparator.comparingInt(member -> member.tier));
        byTier = sorted.toArray(Member[]::new);
        accounts = sorted.stream().map(member -> member.account).toList();
        for (int i = 0; i < byTier.length; i++) {
            if (positions.put(byTier[i].name, i) != null) {
                throw new IllegalArgumentException("accounts: names must differ, but \"" + byTier[i].name + "\" comes twice");
            }
        }
    }

    int size() {
        return byTier.length;
    }

    /** The account at a position in the order of tiers. */
    Member at(int position) {
        return byTier[position];
    }

    /** By position. */
    List<Account> accounts() {
        return accounts;
    }

    /** The position of a name; -1 if there is none. */
    int position(String name) {
        return name.isEmpty() ? -1 : positions.getOrDefault(name, -1);
    }

    Optional<Member> named(String name) {
        int position = position(name);
        return position < 0 ? Optional.empty() : Optional.of(byTier[position]);
    }
}
