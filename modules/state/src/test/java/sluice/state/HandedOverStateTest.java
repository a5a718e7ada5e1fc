package sluice.state;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.api.SharedState.Home;
import sluice.api.SharedState.Owners.Ownership;
import sluice.api.SharedState.Rest;

/** While a restart hands over, two processes have one file, and neither forgets what the other has learnt. */
class HandedOverStateTest {
    private static final Ownership OWNED = new Ownership.Owned("a");

    @TempDir
    private Path folder;
    private final Clock clock = new Clock();
    private LocalState first;
    private LocalState second;

    @BeforeEach
    void open() throws IOException {
        first = clock.inFile(folder.resolve("state"));
        while (!Files.exists(folder.resolve("state"))) {
            Thread.onSpinWait();
        }
        second = clock.inFile(folder.resolve("state"));
    }

    private void thirdKnows(String... ids) {
        try (LocalState third = clock.inFile(folder.resolve("state"))) {
            for (String id : ids) {
                assertEquals(OWNED, third.owners().find("team", id), id);
            }
        }
    }

    @Test
    void theLateSaveOfTheFirstForgetsNothingOfTheSecond() {
        first.owners().own("team", "resp_1", "a");
        second.owners().own("team", "resp_2", "a");
        second.close();
        first.close();
        thirdKnows("resp_1", "resp_2");
    }

    @Test
    void theSecondForgetsNothingThatTheFirstLearntLate() {
        first.owners().own("team", "resp_1", "a");
        first.close();
        second.owners().own("team", "resp_2", "a");
        second.close();
        thirdKnows("resp_1", "resp_2");
    }

    @Test
    void theSecondKnowsWhatTheFirstLearnsWhileBothRun() {
        first.owners().own("team", "resp_1", "a");
        while (!second.owners().find("team", "resp_1").equals(OWNED)) {
            Thread.onSpinWait();
        }
        first.close();
        second.close();
    }

    @Test
    void whatTheFirstMadeAMomentAgoIsFoundByTheSecondAndTheOtherWayRound() {
        LocalState old = running();
        LocalState young = running();
        for (int i = 0; i < 5; i++) {
            old.owners().own("team", "resp_old" + i, "a");
            assertEquals(OWNED, young.owners().findAnywhere("team", "resp_old" + i));
            assertEquals(new Ownership.Foreign(), young.owners().findAnywhere("others", "resp_old" + i));
            young.owners().own("team", "resp_young" + i, "a");
            assertEquals(OWNED, old.owners().findAnywhere("team", "resp_young" + i));
        }
        assertEquals(new Ownership.Unknown(), young.owners().findAnywhere("team", "resp_of_nobody"));
        old.close();
        young.close();
    }

    /** On the system's clock, by which processes know how old a file is. */
    private LocalState running() {
        return LocalState.open(new LocalSettings(new LocalSettings.Kept.InFile(folder.resolve("running"), Duration.ofHours(1)),
                Duration.ofHours(1), 100, Duration.ofDays(30), 100), System::nanoTime, System::currentTimeMillis);
    }

    @Test
    void aSessionLivesWhereItWasUsedLast() {
        first.bindings().move(7, Home.NONE, new Home("a", 10, false));
        first.close();
        clock.pass(Duration.ofMinutes(1));
        second.bindings().move(7, second.bindings().find(7), new Home("b", 20, false));
        second.close();
        try (LocalState third = clock.inFile(folder.resolve("state"))) {
            assertEquals("b", third.bindings().find(7).account());
        }
    }

    @Test
    void aSessionThatTheFirstUsedLaterIsTakenFromIt() {
        second.bindings().move(7, Home.NONE, new Home("b", 20, false));
        clock.pass(Duration.ofMinutes(1));
        first.bindings().move(7, first.bindings().find(7), new Home("a", 10, false));
        first.close();
        second.close();
        try (LocalState third = clock.inFile(folder.resolve("state"))) {
            assertEquals("a", third.bindings().find(7).account());
        }
    }

    @Test
    void aRestThatTheSecondKnowsToBeOverDoesNotComeBack() {
        Rest rest = new Rest("a", Rest.Part.ALL, Rest.Why.USAGE_LIMIT, clock.epochMillis() + 600_000, 0);
        first.rests().began(rest);
        second.rests().began(rest);
        first.close();
        second.rests().ended("a", Rest.Part.ALL);
        second.close();
        try (LocalState third = clock.inFile(folder.resolve("state"))) {
            assertEquals(java.util.List.of(), third.rests().all());
        }
    }

    @Test
    void hashesOfAnotherSecretAreNotTakenIn() throws IOException {
        first.close();
        String other = Files.readString(folder.resolve("state")).replaceAll("(?m)^k .*$", "k 1 2")
                .replace("end 1", "s 7 3600000 5 0 b\nend 2");
        Files.writeString(folder.resolve("state"), other);
        second.close();
        try (LocalState third = clock.inFile(folder.resolve("state"))) {
            assertEquals(Home.NONE, third.bindings().find(7));
        }
    }
}
