package sluice.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import sluice.api.AccountStatus;
import sluice.api.Decision;
import sluice.api.Secret;
import sluice.api.SelectionPolicy.Choice;
import sluice.api.TokenUsage;
import sluice.config.ServerSettings;
import sluice.records.EndedRequest;

class CommandsTest {
    private final ScriptedGateway gateway = new ScriptedGateway();
    private final Operations operations = new Operations(gateway, new ServerSettings.Admin("127.0.0.1", 0,
            new ServerSettings.Access(new Secret("s3cret"), false), true, Optional.empty()), System::currentTimeMillis);
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private WebServer server;

    @BeforeEach
    void start() {
        HttpRouting.Builder routing = HttpRouting.builder();
        operations.routing(routing);
        server = WebServer.builder().host("127.0.0.1").port(0).shutdownHook(false).featuresDiscoverServices(false)
                .routing(routing).build().start();
        gateway.accounts.add(ScriptedGateway.account("main", AccountStatus.State.READY, 0));
        gateway.accounts.add(ScriptedGateway.account("spare", AccountStatus.State.COOLING_DOWN, 41_200_000_000L));
        gateway.decisions.add(new Decision("main", Choice.stay(new Decision.Stickiness("main", 900, 1200, false, "nothing to gain")),
                new Decision.Asked("gpt-5", 0xabcL, false), new Decision.When(1_700_000_000_000L, 2_000_000),
                List.of(new Decision.Candidate.Fit("main", 3.5, new Decision.Terms(1, 0.9, 0.7, 0.6, 0.3, 0)),
                        new Decision.Candidate.RuledOut("spare", Decision.FilterReason.COOLING_DOWN))));
    }

    @AfterEach
    void stop() {
        operations.close();
        server.stop();
    }

    private int run(String command, String... arguments) {
        return runWith("", command, arguments);
    }

    private int runWith(String input, String command, String... arguments) {
        out.reset();
        err.reset();
        PrintStream to = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream wrong = new PrintStream(err, true, StandardCharsets.UTF_8);
        return new CommandLine(switch (command) {
            case "top" -> new TopCommand().options(to, wrong);
            case "client" -> new ClientCommand().options(to, wrong);
            default -> ExplainCommand.options(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), to, wrong);
        }).setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(arguments);
    }

    private String address() {
        return "http://127.0.0.1:" + server.port();
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void topShowsAccountsClientsAndFailures() {
        operations.ended(Requests.good("team-a", "main", "gpt-5", TokenUsage.told(1000, 500, 100, 0)));
        operations.ended(Requests.of("team-a", "spare", "gpt-5\u001b[2J", 503, "no_account_available", 1, TokenUsage.NONE,
                List.of(new EndedRequest.FailedTry("main", EndedRequest.Reason.RATE_LIMITED))));
        assertEquals(0, run("top", "--admin", address(), "--token", "s3cret", "--once"), err());
        List<String> lines = out().lines().map(line -> line.replaceAll(" +", " ")).toList();

        assertEquals("7 in flight, 5 streams, 0.0 requests/s in the last minute", lines.get(0));
        assertEquals("since the start: 2 requests, 1 errors, 0 refused, "
                + "0 failovers, 100 % kept in session, 1,000 tokens in, 100 out, $0.0017",
                lines.get(1));
        assertEquals("added to a request: p50 0.08 ms, p99 0.29 ms; 0.12 ms instead of 0.04 ms", lines.get(2));
        assertTrue(lines.contains("main ready 3/64 10 2 25 % 1500 ms"), out());
        assertTrue(lines.contains("spare cooling down 42 s 3/64 10 2 25 % 1500 ms"), out());
        assertTrue(lines.contains("team-a 2/50 9/600 1234 $1.50/10 $42.00/500"), out());
        assertTrue(out().contains("main rate limited  503 no_account_available"), out());
        assertTrue(!out().contains("\u001b"), "a model's name does not steer the terminal");
    }

    @Test
    void explainShowsEveryTerm(@TempDir Path folder) throws IOException {
        assertEquals(0, run("explain", "-a", address(), "--token", "s3cret", "--session", "s1", "--client", "as-"), err());
        assertEquals("""
                main by session, as as-s1; edits: {"model":"gpt-5","input":""}

                account         score  priority  load  queue  errors  first output
                main             3.50      1.00  0.90   0.70    0.60          0.30
                spare    cooling down

                The session's account is main: staying costs 900 ms, leaving 1200 ms; it stays (nothing to gain).
                """, out());
        runWith("{\"model\":\"piped\"}", "explain", "-a", address(), "--token", "s3cret", "--body", "-");
        assertTrue(out().contains("edits: {\"model\":\"piped\"}"), out());
        Path body = Files.writeString(folder.resolve("body.json"), "{\"model\":\"filed\"}");
        run("explain", "-a", address(), "--token", "s3cret", "--body", body.toString());
        assertTrue(out().contains("edits: {\"model\":\"filed\"}"), out());
        assertEquals(1, run("explain", "-a", address(), "--token", "s3cret", "--body", folder.resolve("none").toString()));
        assertTrue(err().contains("there is no file"), err());
    }

    @Test
    void saysWhatIsWrongWithAddressOrToken() throws IOException {
        for (String command : List.of("top", "explain")) {
            assertEquals(1, run(command, "--admin", address(), "--token", ""));
            assertTrue(err().contains("wants a token: --token, or the variable SLUICE_ADMIN_TOKEN"), err());
            assertEquals(1, run(command, "--admin", address(), "--token", "wrong"));
            assertTrue(err().contains("does not take this token"), err());
            int free;
            try (ServerSocket unused = new ServerSocket(0)) {
                free = unused.getLocalPort();
            }
            assertEquals(1, run(command, "--admin", "127.0.0.1:" + free));
            assertTrue(err().contains("nothing answers at http://127.0.0.1:" + free + "/ (Connection refused); is the gateway running"),
                    err());
            assertEquals(1, run(command, "--admin", address() + "/elsewhere", "--token", "s3cret"));
            assertTrue(err().contains("not as Sluice's admin port does; is it the data port?"), err());
            assertEquals(2, run(command, "--admin", "no address"));
            assertTrue(err().contains("--admin: 'no address' is no address such as"), err());
            assertEquals(0, run(command, "--help"));
            assertTrue(out().contains("--admin=URL"), out());
        }
        assertEquals(2, run("top", "--every", "0"));
    }

    private int client(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--admin", address(), "--token", "s3cret"));
        return run("client", all.toArray(String[]::new));
    }

    @Test
    void clientShowsANewKeyOnceAndSaysSo() {
        assertEquals(0, client("add", "ci", "--team", "research", "--model", "gpt-5*", "--model", "o4", "--budget-month", "12.50",
                "--expires", "2026-12-31"), err());
        assertEquals("""
                client:  ci
                key:     sk-sluice-text
                id:      abcdef012345
                expires: 2026-12-31T00:00:00Z

                The key is shown this once; the gateway keeps only its hash.
                """, out());
        assertTrue(gateway.deeds.getFirst().contains("models=[gpt-5*, o4]"), gateway.deeds::toString);
        assertEquals(0, client("rotate", "main", "--overlap", "90m"), err());
        assertTrue(out().contains("former:  valid until 2026-11-29T00:00:00Z"), out());
        assertTrue(gateway.deeds.getLast().startsWith("rotate main with PT1H30M"), gateway.deeds::toString);
        assertEquals(0, client("revoke", "main", "--key", "abc"), err());
        assertEquals("main: 2 keys taken back, 0 left\n", out());
    }

    @Test
    void clientListsKeysWithTheirLastUse() {
        assertEquals(0, client("list"), err());
        assertTrue(out().lines().map(line -> line.replaceAll(" +", " ")).anyMatch(
                "team-a research state 0123456789ab 2026-11-01 10:00 never 2026-11-28 09:30 valid $42.00"::equals), out());
        assertEquals(0, client("list", "--json"), err());
        assertTrue(out().startsWith("{\"clients\":["), out());
    }

    @Test
    void clientSaysWhatIsWrong() {
        assertEquals(1, client("add", "a b"));
        assertTrue(err().contains("name must be 1..64"), err());
        assertEquals(1, client("rotate", "nobody"));
        assertTrue(err().contains("There is no client 'nobody'."), err());
        assertEquals(1, client("revoke", "nobody"));
        assertTrue(err().contains("The configuration file has this client."), err());
        assertEquals(2, client("add", "ci", "--expires", "soon"));
        assertTrue(err().contains("neither a day such as 2026-12-31 nor a time such as 30d"), err());
        assertEquals(2, client("rotate", "main", "--overlap", "long"));
        assertEquals(2, client("add"));
        assertEquals(2, run("client"));
        assertTrue(err().contains("rotate"), err());
        for (String deed : List.of("add", "rotate", "revoke", "list")) {
            assertEquals(0, run("client", deed, "--help"));
            assertTrue(out().contains("--admin=URL"), out());
            assertEquals(1, run("client", deed, deed.equals("list") ? "--json" : "x", "--admin", address(), "--token", "wrong"));
            assertTrue(err().contains("does not take this token"), err());
        }
    }
}
