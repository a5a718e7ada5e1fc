package sluice.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.simulator.Fault;
import sluice.simulator.SimulatedUpstream;
import sluice.simulator.SimulatorSettings;

/** A gateway that is killed without warning, and one that starts with what it had saved. */
class CrashTest {
    private static final int SESSIONS = 40;
    /** By which new sessions would go to the first account, which is how a forgotten one would show. */
    private static final String HEAVY = ", weight: 100000}\n";
    private static final Pattern ID = Pattern.compile("\"id\":\"(resp_[^\"]+)\"");

    @TempDir
    private Path folder;
    private final HttpClient client = HttpClient.newHttpClient();

    private HttpResponse<String> turn(RunningImage gateway, int session, String more) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(HttpRequest.newBuilder(URI.create(gateway.uri() + "/responses"))
                .header("session-id", "s" + session)
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"gpt-5.1\",\"input\":\"hi\"" + more + "}")).build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(200, answer.statusCode(), answer.body());
        return answer;
    }

    private static String accounts(SimulatedUpstream upstream, String endOfFirst) {
        StringBuilder yaml = new StringBuilder();
        for (String name : List.of("a", "b", "c", "d")) {
            yaml.append("  - {name: ").append(name).append(", base-url: \"").append(upstream.baseUri()).append("\", api-key: sk-")
                    .append(name).append(name.equals("a") ? endOfFirst : "}\n");
        }
        return yaml.toString();
    }

    /** The key of the account that got the last request. */
    private static String account(SimulatedUpstream upstream) {
        return upstream.log().all().getLast().accountKey();
    }

    /** A whole file in which every session and every response is; its writer replaces it in one step. */
    private static boolean holdsEverything(Path state) throws IOException {
        if (!Files.exists(state)) {
            return false;
        }
        List<String> lines = Files.readAllLines(state);
        return lines.getLast().startsWith("end ") && lines.stream().filter(line -> line.startsWith("s ")).count() == SESSIONS
                && lines.stream().filter(line -> line.startsWith("o ")).count() >= SESSIONS;
    }

    @Test
    void strandsNoSessionAndNoResponseThatWasSavedBeforeASigkill() throws Exception {
        Path state = folder.resolve("state");
        try (SimulatedUpstream upstream = SimulatedUpstream.start(SimulatorSettings.DEFAULT.withBase(Fault.of("interval=0ms")))) {
            String head = "state: {path: \"" + state + "\", save-every: 100ms}\naccounts:\n";
            String equal = head + accounts(upstream, "}\n");
            Map<Integer, String> homes = new LinkedHashMap<>();
            Map<Integer, String> responses = new LinkedHashMap<>();
            RunningImage gateway = RunningImage.of(Image.BUILT, folder, "", equal);
            for (int session = 0; session < SESSIONS; session++) {
                Matcher id = ID.matcher(turn(gateway, session, "").body());
                assertTrue(id.find());
                responses.put(session, id.group(1));
                homes.put(session, account(upstream));
            }
            assertEquals(4, new TreeSet<>(homes.values()).size(), "every account has sessions: " + homes);
            while (!holdsEverything(state)) {
                Thread.onSpinWait();
            }
            gateway.kill();
            assertEquals(128 + 9, gateway.exitCode());

            try (RunningImage again = RunningImage.of(Image.BUILT, folder, "", head + accounts(upstream, HEAVY))) {
                for (int session = 0; session < SESSIONS; session++) {
                    turn(again, session, "");
                    assertEquals(homes.get(session), account(upstream), "session " + session);
                }
                for (int session = 0; session < SESSIONS; session++) {
                    // Without its session, so that only the owner of the response says where it lives.
                    turn(again, SESSIONS + session, ",\"previous_response_id\":\"" + responses.get(session) + "\"");
                    assertEquals(homes.get(session), account(upstream), "response of session " + session);
                }
                int forgotten = 0;
                for (int session = 2 * SESSIONS; session < 3 * SESSIONS; session++) {
                    turn(again, session, "");
                    forgotten += account(upstream).equals("sk-a") ? 1 : 0;
                }
                assertTrue(forgotten > SESSIONS * 3 / 4,
                        "only " + forgotten + " new sessions went to the first account: the test shows nothing");
                String said = again.end();
                assertFalse(said.contains("damaged") || said.contains(" ERROR "), said);
            }
        }
    }
}
