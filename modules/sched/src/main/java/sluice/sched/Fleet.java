package sluice.sched;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All accounts at one moment: an immutable snapshot behind one reference, so that a request reads no list that changes. */
final class Fleet {
    static final Fleet EMPTY = new Fleet(List.of());

    /** In the order of the configuration. */
    final List<Member> configured;
    /** By tier, then in the order of the configuration. */
    private final Member[] byTier;
    private final Map<String, Member> byName = new HashMap<>();

    Fleet(List<Member> members) {
        configured = List.copyOf(members);
        List<Member> sorted = new ArrayList<>(members);
        sorted.sort(Comparator.comparingInt(member -> member.tier));
        byTier = sorted.toArray(Member[]::new);
        for (Member member : members) {
            if (byName.put(member.name, member) != null) {
                throw new IllegalArgumentException("accounts: names must differ, but \"" + member.name + "\" comes twice");
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

    /** The tier that is used first. */
    int lowestTier() {
        return byTier.length == 0 ? 0 : byTier[0].tier;
    }

    Optional<Member> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }
}
