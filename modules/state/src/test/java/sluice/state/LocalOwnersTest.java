package sluice.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import sluice.api.SessionKeys;
import sluice.api.SharedState.Owners.Ownership;

class LocalOwnersTest {
    private static final int MAX = 4_000;
    private final Clock clock = new Clock();
    private final LocalOwners owners = new LocalOwners(SessionKeys.random(), MAX, Duration.ofDays(30), clock::epochMillis,
            OtherProcess.NONE);

    private int known(String client, int from, int until) {
        int known = 0;
        for (int i = from; i < until; i++) {
            known += owners.find(client, client + i) instanceof Ownership.Owned ? 1 : 0;
        }
        return known;
    }

    @Test
    void keepsClientsApart() {
        owners.own("alice", "resp_1", "b");

        assertEquals(new Ownership.Owned("b"), owners.find("alice", "resp_1"));
        assertEquals(new Ownership.Foreign(), owners.find("bob", "resp_1"));
        assertEquals(new Ownership.Unknown(), owners.find("bob", "resp_2"));
    }

    @Test
    void letsNobodysTrafficPushOutAnothers() {
        owners.own("quiet", "quiet0", "a");
        for (int i = 0; i < 100_000; i++) {
            owners.own("loud", "loud" + i, "b");
        }

        assertEquals(1, known("quiet", 0, 1));
        assertTrue(known("loud", 0, 100_000) <= MAX / 2, "its own share, and no more");
        assertTrue(known("loud", 100_000 - MAX / 4, 100_000) == MAX / 4, "the last ones");
    }

    @Test
    void remembersAMakerOverAFinderAndClaimsNothingThatWasFound() {
        owners.found("finder", "resp_1", "a");
        assertEquals(new Ownership.Owned("a"), owners.find("finder", "resp_1"));
        assertEquals(new Ownership.Unknown(), owners.find("maker", "resp_1"), "the maker is not shut out");

        owners.own("maker", "resp_1", "a");
        owners.found("maker", "resp_1", "a");
        assertEquals(new Ownership.Foreign(), owners.find("other", "resp_1"), "finding it does not make it less its own");
    }

    @Test
    void keepsWhatIsUsedThoughMuchIsMade() {
        owners.own("team", "kept", "a");
        for (int i = 0; i < 40_000; i++) {
            owners.own("team", "team" + i, "a");
            if (i % 1_000 == 0) {
                clock.pass(Duration.ofHours(2));
                assertEquals(new Ownership.Owned("a"), owners.find("team", "kept"), "after " + i);
            }
        }
    }

    @Test
    void followsAnObjectThatIsMadeAgainElsewhere() {
        owners.own("team", "resp_1", "a");
        owners.own("team", "resp_1", "b");

        assertEquals(new Ownership.Owned("b"), owners.find("team", "resp_1"));
    }
}
