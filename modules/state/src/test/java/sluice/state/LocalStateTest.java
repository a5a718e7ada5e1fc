package sluice.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.api.SharedState.Counters;
import sluice.api.SharedState.Home;
import sluice.api.SharedState.Owners.Ownership;
import sluice.api.SharedState.Rest;

class LocalStateTest {
    @TempDir
    Path folder;
    private final Clock clock = new Clock();

    private Path file() {
        return folder.resolve("deep/state");
    }

    private Counters.Window hour() {
        return new Counters.Window(clock.epochMillis(), clock.epochMillis() + 3_600_000);
    }

    @Test
    void findsAfterARestartWhatItKept() throws IOException {
        Counters.Window window = hour();
        Rest rest = new Rest("my account", new Rest.Part(Rest.Part.Kind.MODEL, "gpt 5"), Rest.Why.USAGE_LIMIT,
                clock.epochMillis() + 600_000, clock.epochMillis() + 7_200_000);
        long key;
        try (LocalState state = clock.inFile(file())) {
            key = state.keys().key("team", "session");
            state.bindings().move(key, Home.NONE, new Home("my account", 12_800, true));
            state.owners().own("team", "resp_1", "my account");
            state.owners().found("team", "resp_2", "b");
            state.rests().began(rest);
            state.counters().add("client/team", window, 5);
            state.counters().add("client/team", window, 7);
        }

        try (LocalState again = clock.inFile(file())) {
            assertEquals(key, again.keys().key("team", "session"), "the same secret");
            assertEquals(new Home("my account", 12_800, true), again.bindings().find(key));
            assertEquals(new Ownership.Owned("my account"), again.owners().find("team", "resp_1"));
            assertEquals(new Ownership.Foreign(), again.owners().find("other", "resp_1"));
            assertEquals(new Ownership.Unknown(), again.owners().find("other", "resp_2"), "found is not made");
            assertEquals(List.of(rest), again.rests().all());
            assertEquals(12, again.counters().sum("client/team", window));
        }
        try (Stream<Path> files = Files.list(file().getParent())) {
            assertEquals(List.of("state", "state.lock"), files.map(path -> path.getFileName().toString()).sorted().toList(),
                    "no draft is left behind");
        }
    }

    @Test
    void writesNothingThatAClientSaid() throws IOException {
        try (LocalState state = clock.inFile(file())) {
            state.bindings().move(state.keys().key("team-a", "the session"), Home.NONE, new Home("main", 0, false));
            state.owners().own("team-a", "resp_secret", "main");
            state.rests().began(new Rest("main", new Rest.Part(Rest.Part.Kind.MODEL, "what a client typed"), Rest.Why.UNSERVED,
                    clock.epochMillis() + 600_000, 0));
        }

        String text = Files.readString(file());

        assertTrue(text.contains("main"));
        for (String said : List.of("team-a", "session", "secret", "typed")) {
            assertFalse(text.contains(said), text);
        }
        assertEquals("rw-------", java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
    }

    @Test
    void forgetsSessionsThatAreNotUsedAndOwnersMuchLater() {
        try (LocalState state = clock.inFile(file())) {
            state.bindings().move(1, Home.NONE, new Home("a", 0, false));
            state.bindings().move(2, Home.NONE, new Home("b", 0, false));
            state.owners().own("team", "resp_1", "a");
            clock.pass(Duration.ofMinutes(31));
            state.bindings().find(2);
        }
        clock.pass(Duration.ofMinutes(30));
        try (LocalState again = clock.inFile(file())) {
            assertEquals(Home.NONE, again.bindings().find(1));
            assertEquals("b", again.bindings().find(2).account());
            clock.pass(Duration.ofDays(29));
            assertEquals(new Ownership.Owned("a"), again.owners().find("team", "resp_1"), "and is renewed by it");
        }
        clock.pass(Duration.ofDays(29));
        try (LocalState again = clock.inFile(file())) {
            assertEquals(new Ownership.Owned("a"), again.owners().find("team", "resp_1"));
            clock.pass(Duration.ofDays(30));
            assertEquals(new Ownership.Unknown(), again.owners().find("team", "resp_1"));
        }
    }

    @Test
    void movesASessionOnlyFromWhereItWasSeen() {
        try (LocalState state = clock.inMemory(10)) {
            Home a = new Home("a", 0, false);
            assertEquals(a, state.bindings().move(1, Home.NONE, a));
            assertEquals(a, state.bindings().move(1, Home.NONE, new Home("b", 0, false)), "the first one wins");
            assertEquals("c", state.bindings().move(1, a, new Home("c", 0, false)).account());
        }
    }

    @Test
    void setsAsideAFileThatWasCutAnywhereAndStartsAnew() throws IOException {
        try (LocalState state = clock.inFile(file())) {
            state.bindings().move(1, Home.NONE, new Home("a", 5, false));
            state.owners().own("team", "resp_1", "a");
            state.counters().add("c", hour(), 1);
        }
        String whole = Files.readString(file());
        for (int length = 0; length < whole.length() - 1; length++) {
            Files.writeString(file(), whole.substring(0, length));
            assertThrows(IOException.class, () -> StateFile.read(file(), (saved, entry) -> { }));
            clock.inFile(file()).close();
            assertEquals(whole.substring(0, length), Files.readString(folder.resolve("deep/state.damaged")));
            StateFile.read(file(), (saved, entry) -> { });
        }
    }

    @Test
    void startsAnewFromAFileOfTheFirstVersion() throws IOException {
        Files.createDirectories(file().getParent());
        Files.writeString(file(), "sluice-state 1 1767225600000\ns 9e3779b97f4a7c15 3600000 12800 0 main\nend 1\n");

        try (LocalState state = clock.inFile(file())) {
            assertEquals(Home.NONE, state.bindings().find(0x9e3779b97f4a7c15L));
        }
        assertTrue(Files.readString(file()).startsWith("sluice-state 2 "));
    }

    @Test
    void remembersSoManySessionsAndNoMore() {
        try (LocalState state = clock.inMemory(100)) {
            for (int i = 1; i <= 10_000; i++) {
                state.bindings().move(i, Home.NONE, new Home("a", 0, false));
            }
            long known = 0;
            for (int i = 1; i <= 10_000; i++) {
                known += state.bindings().find(i).isBound() ? 1 : 0;
            }
            assertTrue(known <= 100, "sessions " + known);
        }
    }

    @Test
    void refusesSettingsThatAreNoGood() {
        LocalStateFactory factory = new LocalStateFactory();

        assertEquals("local", factory.name());
        for (Map<String, String> settings : List.of(Map.of("paht", "x"), Map.of("owner-ttl", "soon"), Map.of("max-owners", "0"))) {
            String key = settings.keySet().iterator().next();
            assertTrue(assertThrows(IllegalArgumentException.class, () -> factory.create(settings)).getMessage().contains(key));
        }
    }
}
