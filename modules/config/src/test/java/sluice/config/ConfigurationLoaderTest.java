package sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.api.Account;
import sluice.api.BodyEdit.InputCorrection;
import sluice.api.SchedulerSettings;

class ConfigurationLoaderTest {
    private static final String ACCOUNT =
            "accounts: [{name: main, base-url: https://api.openai.com/v1, api-key: '${env:KEY}'}]\n";
    private static final long GIB = 1L << 30;

    private Map<String, String> environment = Map.of("KEY", "sk-upstream-secret");

    private LoadResult load(String yaml) {
        return new ConfigurationLoader(environment, GIB).parse("sluice.yaml", yaml, Path.of(""));
    }

    private Configuration good(String yaml) {
        LoadResult result = load(yaml);
        return assertInstanceOf(LoadResult.Loaded.class, result, () -> result.problems().toString()).configuration();
    }

    private List<String> problems(String yaml) {
        return load(yaml).problems().stream().map(Problem::toString).toList();
    }

    private void assertProblem(String yaml, String expected) {
        List<String> problems = problems(yaml);
        assertTrue(problems.contains(expected), () -> "not among " + problems);
        assertInstanceOf(LoadResult.Rejected.class, load(yaml));
    }

    @Test
    void readsTheSmallestUsefulFile() {
        String hash = KeyHash.of("sk-client").hex();
        Configuration configuration = good("""
                accounts:
                  - {name: main, base-url: https://api.openai.com/v1, api-key: "${env:KEY}"}
                clients: [{name: me, key-sha256: %s}]
                """.formatted(hash));
        assertEquals(Account.of("main", URI.create("https://api.openai.com/v1"), configuration.accounts().getFirst().endpoint().apiKey()),
                configuration.accounts().getFirst());
        assertEquals("sk-upstream-secret", configuration.accounts().getFirst().endpoint().apiKey().reveal());
        assertEquals(KeyHash.of("sk-client"), configuration.clients().getFirst().access().keys().getFirst().hash());
        assertTrue(load(ACCOUNT).problems().isEmpty());
    }

    @Test
    void defaultsAreTheNumbersOfTheContracts() {
        Configuration defaults = ConfigurationLoader.defaults();
        SchedulerSettings contract = SchedulerSettings.defaults();
        assertEquals(contract.scoring().weights(), defaults.scheduler().scoring().weights());
        assertEquals(contract.sticky(), defaults.scheduler().sticky());
        assertEquals(contract.failures().coolDown(), defaults.scheduler().failures().coolDown());
        assertEquals(contract.failures().breaker(), defaults.scheduler().failures().breaker());
        assertEquals(contract.room().waiters(), defaults.scheduler().room().waiters());
        assertEquals(contract.room().decisions(), defaults.scheduler().room().decisions());
        assertEquals(contract.scoring().topK(), defaults.scheduler().scoring().topK());
        assertEquals(Account.Timeouts.DEFAULT, defaults.stream().timeouts());
        assertEquals(sluice.api.TurnPool.Settings.DEFAULT, defaults.webSocket().pool());
    }

    @Test
    void readsEveryKindOfValue() {
        environment = Map.of("KEY", "k", "PART", "example");
        Configuration c = good("""
                server: {port: 0, http2: off, drain: 90s, admin: {token: "${env:KEY}"}, reload: off}
                limits: {body: 1MiB, bodies-in-flight: 50%%}
                clients:
                  - name: a
                    key-sha256: [%s, %s]
                    expires: 2999-01-31
                    addresses: [10.0.0.0/8, "::1"]
                    models: ["gpt-5.1*", gpt-4.1]
                    budget-usd: {month: 500.5}
                accounts:
                  - name: main
                    base-url: https://${env:PART}.com/v1
                    api-key: ${env:KEY}
                    models: [gpt-5.1, {from: fast, to: gpt-5.1-mini}, {from: "o*"}]
                    remove: [service_tier, reasoning.summary]
                    set: {store: false, text.verbosity: low, metadata: {a: [1, null, "2", on]}, n: 1e400}
                    replace: {reasoning.effort: {minimal: low}}
                    input: [drop-item-ids]
                    websocket: off
                    headers: {OpenAI-Project: proj_1}
                    proxy: null
                    timeouts: {idle: 1m, first-output: off}
                stream: {first-output-timeout: 20s, on-disconnect: drain}
                usage: {prices: [{model: "gpt-*", input: 1.25, output: 10}]}
                """.formatted("0".repeat(64), "F".repeat(64)));
        assertEquals(0, c.server().port());
        assertFalse(c.server().http2());
        assertEquals(Duration.ofSeconds(90), c.server().drain());
        assertEquals(Duration.ZERO, c.server().reload());
        assertEquals(1024 * 1024, c.limits().bodyBytes());
        assertEquals(GIB / 2, c.limits().bodiesInFlightBytes());
        assertEquals(List.of("gpt-5.1*", "gpt-4.1"), c.clients().getFirst().models());
        assertEquals(new Quota.Budget(0, 500.5), c.clients().getFirst().quota().budget());
        assertEquals("f".repeat(64), c.clients().getFirst().access().keys().getLast().hash().hex());
        Account account = c.accounts().getFirst();
        assertEquals(URI.create("https://example.com/v1"), account.endpoint().baseUrl());
        assertEquals(List.of(new Account.ModelRule("gpt-5.1", ""), new Account.ModelRule("fast", "gpt-5.1-mini"),
                new Account.ModelRule("o*", "")), account.offer().models());
        assertEquals(Optional.of("gpt-5.1-mini"), account.upstreamModel("fast"));
        assertEquals(Map.of("store", "false", "text.verbosity", "\"low\"", "metadata", "{\"a\":[1,null,\"2\",\"on\"]}",
                "n", "1e400"), account.edits().set());
        assertEquals(Map.of("reasoning.effort", Map.of("minimal", "low")), account.edits().replace());
        assertEquals(java.util.Set.of(InputCorrection.DROP_ITEM_IDS), account.edits().input());
        assertEquals(Account.WebSocketUse.OFF, account.offer().webSocket());
        assertEquals(Optional.empty(), account.endpoint().proxy());
        assertEquals(Duration.ofMinutes(1), account.endpoint().timeouts().idle());
        assertEquals(Duration.ZERO, account.endpoint().timeouts().firstOutput());
        assertEquals(Duration.ofSeconds(600), account.endpoint().timeouts().headersWhole());
        assertEquals(StreamSettings.OnDisconnect.DRAIN, c.stream().onDisconnect());
        assertEquals(List.of(new ModelPrice("gpt-*", "", 0, ModelPrice.Rates.of(1.25, 10), "usage.prices[0]")), c.usage().prices());
    }

    @Test
    void textsStayAsTheyAreWritten() {
        Account account = good(ACCOUNT.replace("name: main", "name: 007, models: [4.10, 2024-01-01, on, 0x1F]"))
                .accounts().getFirst();
        assertEquals("007", account.name());
        assertEquals(List.of("4.10", "2024-01-01", "on", "0x1F"),
                account.offer().models().stream().map(Account.ModelRule::from).toList());
    }

    @Test
    void tellsAllProblemsOfAFileTogether() {
        List<String> problems = problems("""
                server:
                  prot: 8080
                  port: 80800
                accounts:
                  - {name: a, base-url: https://a/v1, api-key: "${env:KEY}"}
                  - name: a
                    base-url: ftp://b
                    api_key: x
                    wieght: 3
                scheduler: {top-k: 65}
                max-attempts: 3
                """);
        assertEquals(List.of(
                "sluice.yaml: server.prot: is not a known key; did you mean `port`? (line 2)",
                "sluice.yaml: server.port: must be a whole number in 0..65535, not \"80800\" (line 3)",
                "sluice.yaml: accounts[1].base-url: must begin with http:// or https://, not \"ftp://b\" (line 7)",
                "sluice.yaml: accounts[1].api_key: is not a known key; did you mean `api-key`? (line 8)",
                "sluice.yaml: accounts[1].wieght: is not a known key; did you mean `weight`? (line 9)",
                "sluice.yaml: accounts[1].api-key: is missing (line 6)",
                "sluice.yaml: scheduler.top-k: must be a whole number in 1..64, not \"65\" (line 10)",
                "sluice.yaml: max-attempts: is not a known key; did you mean `failover.max-attempts`? (line 11)",
                "sluice.yaml: accounts[1].name: must be unique; accounts[0].name is a, too (line 6)"), problems);
    }

    @Test
    void anyHostButLoopbackNeedsClients() {
        for (String host : List.of("127.0.0.1", "127.8.8.8", "localhost", "'::1'", "'[::1]'")) {
            good(ACCOUNT + "server: {host: " + host + "}");
        }
        for (String host : List.of("0.0.0.0", "'::'", "10.0.0.1", "example.com")) {
            String problem = problems(ACCOUNT + "server: {host: " + host + "}").getFirst();
            assertTrue(problem.contains("server.host: must be a loopback"), problem);
        }
        good(ACCOUNT + "server: {host: 0.0.0.0}\nclients: [{name: a, key-sha256: " + "0".repeat(64) + "}]");
    }

    @Test
    void theAdminPortIsNeverOpenToOthers() {
        assertProblem(ACCOUNT + "server: {admin: {host: 0.0.0.0}}",
                "sluice.yaml: server.admin.token: is missing: `server.admin.host` is not a loopback address");
        assertProblem(ACCOUNT + "server: {admin: {host: 0.0.0.0, token: '${env:KEY}', open: true}}",
                "sluice.yaml: server.admin.open: must be false where `server.admin.host` is not a loopback address (line 2)");
        good(ACCOUNT + "server: {admin: {host: 0.0.0.0, token: '${env:KEY}'}}");
    }

    @Test
    void aBudgetThatHoldsNoBodyIsRefusedButADefaultBodyIsLowered() {
        assertTrue(problems(ACCOUNT + "limits: {body: 2MiB, bodies-in-flight: 1MiB}").getFirst()
                .startsWith("sluice.yaml: limits.bodies-in-flight: must be at least `limits.body`, 2MiB, not 1MiB"));
        LoadResult small = new ConfigurationLoader(environment, 128L << 20).parse("sluice.yaml", ACCOUNT, Path.of(""));
        assertEquals(32 << 20, assertInstanceOf(LoadResult.Loaded.class, small).configuration().limits().bodyBytes());
        assertTrue(small.problems().getFirst().message().startsWith("is lowered to 32MiB"));
    }

    @Test
    void requestsAndConnectionsAreNoMoreThanTheOpenFilesAllowEvenWhereTheyAreGiven() {
        ConfigurationLoader few = new ConfigurationLoader(environment, 8L << 30, new OpenFiles(20_000));
        LoadResult.Loaded lowered = assertInstanceOf(LoadResult.Loaded.class, few.parse("sluice.yaml",
                ACCOUNT + "limits: {concurrent-requests: 50000}", Path.of("")));

        assertEquals(8319, lowered.configuration().limits().concurrentRequests());
        assertEquals(8319, lowered.configuration().limits().connections());
        assertTrue(lowered.problems().stream().anyMatch(problem -> problem.toString().contains(
                "limits.concurrent-requests: is lowered to 8319: this process may have 20000 files open")),
                lowered.problems().toString());
        assertTrue(lowered.effective().render().contains("concurrent-requests: 8319"), lowered.effective().render());
    }

    @Test
    void requestsAndConnectionsAreAsManyAsTheHeapHasRoomFor() {
        ConfigurationLoader small = new ConfigurationLoader(environment, 192L << 20);
        LoadResult.Loaded lowered = assertInstanceOf(LoadResult.Loaded.class, small.parse("sluice.yaml", ACCOUNT, Path.of("")));
        assertEquals(1876, lowered.configuration().limits().concurrentRequests());
        assertEquals(1876 + 1209, lowered.configuration().limits().connections());
        assertTrue(lowered.problems().get(1).message().startsWith("is lowered to 1876, "), lowered.problems().toString());

        LoadResult.Loaded given = assertInstanceOf(LoadResult.Loaded.class, small.parse("sluice.yaml",
                ACCOUNT + "limits: {concurrent-requests: 5000}", Path.of("")));
        assertEquals(5000, given.configuration().limits().concurrentRequests(), "the operator may know better");
        assertTrue(given.problems().get(1).message().startsWith("is more than "), given.problems().toString());

        LoadResult large = new ConfigurationLoader(environment, 2L << 30).parse("sluice.yaml", ACCOUNT, Path.of(""));
        assertEquals(10_000, assertInstanceOf(LoadResult.Loaded.class, large).configuration().limits().concurrentRequests());
    }

    @Test
    void theEnvironmentOverridesTheFileAndUnknownNamesAreWarnedAbout() {
        environment = Map.of("KEY", "k", "SLUICE_SERVER_PORT", "9999", "SLUICE_SERVER_ADMIN_TOKEN", "t0ken",
                "SLUICE_SERVER_PROT", "1", "SLUICE_ACCOUNTS", "x", "SLUICE_MINE", "https://m/v1",
                "SLUICE_STREAM_KEEPALIVE", "", "SLUICE_KEY", "of a client", "SLUICE_ADMIN_TOKEN", "of a command");
        LoadResult result = load("""
                server: {port: 1}
                accounts: [{name: main, base-url: "${env:SLUICE_MINE}", api-key: ""}]
                """);
        Configuration configuration = assertInstanceOf(LoadResult.Loaded.class, result).configuration();
        assertEquals(9999, configuration.server().port());
        assertEquals("t0ken", configuration.server().admin().access().token().reveal());
        assertEquals(List.of("environment: SLUICE_ACCOUNTS: names no key; lists and tables can only be set in the file",
                "environment: SLUICE_SERVER_PROT: names no key; did you mean SLUICE_SERVER_PORT?"),
                result.problems().stream().map(Problem::toString).toList());
        environment = Map.of("KEY", "k", "SLUICE_SERVER_PORT", "tcp://10.0.0.1:8080");
        assertEquals(List.of("environment: SLUICE_SERVER_PORT: must be a whole number in 0..65535, not "
                + "\"tcp://10.0.0.1:8080\""),
                problems(ACCOUNT));
    }

    @Test
    void referencesAreResolvedAnywhereInAText(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("key"), "from-file\n");
        environment = Map.of("HOST", "up.example");
        String yaml = """
                accounts:
                  - {name: a, base-url: "https://${env:HOST}:8443/v1", api-key: "x-${file:key}",
                     headers: {X-Raw: "$${env:HOST}"}}
                """;
        LoadResult result = new ConfigurationLoader(environment, GIB).parse("sluice.yaml", yaml, folder);
        Account account = assertInstanceOf(LoadResult.Loaded.class, result).configuration().accounts().getFirst();
        assertEquals("x-from-file", account.endpoint().apiKey().reveal());
        assertEquals(URI.create("https://up.example:8443/v1"), account.endpoint().baseUrl());
        assertEquals(Map.of("X-Raw", "${env:HOST}"), account.endpoint().headers());
        assertProblem(ACCOUNT.replace("env:KEY", "env:NONE"), "sluice.yaml: accounts[0].api-key: refers to the environment "
                + "variable NONE, which is not set (line 1)");
        assertProblem(ACCOUNT.replace("env:KEY", "vault:x"), "sluice.yaml: accounts[0].api-key: has an unknown reference "
                + "${vault:x}; there are ${env:NAME} and ${file:/path}, and $${ for a literal ${ (line 1)");
    }

    @Test
    void secretsAreNeverToldAndWarnedAboutInPlainSight() {
        String yaml = """
                server: {admin: {token: t0ken-literal}}
                clients: [{name: a, key: sk-client-literal}]
                accounts: [{name: main, base-url: https://a/v1, api-key: sk-account-literal,
                  headers: {Authorization: Bearer header-literal}, proxy: "http://user:proxy-password@proxy:3128"}]
                """;
        LoadResult.Loaded loaded = assertInstanceOf(LoadResult.Loaded.class, load(yaml));
        String everything = loaded.problems() + loaded.effective().render() + loaded.configuration();
        for (String secret : List.of("t0ken", "sk-client", "sk-account", "proxy-password")) {
            assertFalse(everything.contains(secret), secret);
        }
        assertFalse(loaded.effective().render().contains("header-literal"));
        assertEquals(List.of("server.admin.token", "clients[0].key", "accounts[0].api-key", "accounts[0].headers.Authorization"),
                loaded.problems().stream().filter(p -> p.message().contains("plain sight")).map(Problem::path).toList());
        assertFalse(problems("clients: [{name: a, key-sha256: sk-client-literal}]").toString().contains("sk-client"));
        assertFalse(problems(ACCOUNT.replace("https://api", "ftp://me:hidden@api")).toString().contains("hidden"));
        environment = Map.of("KEY", "k", "HIDDEN", "the-value");
        assertFalse(problems(ACCOUNT + "server: {port: '${env:HIDDEN}'}").toString().contains("the-value"));
    }

    @Test
    void refusesWhatIsNotYamlWithItsPlace() {
        assertEquals(List.of("sluice.yaml: is not YAML: found character '\\t(TAB)' that cannot start any token. (Do not use "
                + "\\t(TAB) for indentation) (column 1) (line 2)"), problems("server:\n\tport: 1"));
        assertProblem("- a", "sluice.yaml: must be a table of keys, such as `accounts:` (line 1)");
        assertProblem(ACCOUNT + "server: {port: 1}\nserver: {port: 2}", "sluice.yaml: server: is there twice; keep one "
                + "(line 3)");
        assertTrue(problems("").getFirst().startsWith("sluice.yaml: accounts: must have at least one account"));
        assertInstanceOf(LoadResult.Rejected.class, load("a: &a [*a]"));
        assertInstanceOf(LoadResult.Rejected.class, load("{"));
    }

    @Test
    void aHugeFileIsNotReadToItsEnd() {
        assertEquals(List.of("sluice.yaml: is not YAML: it has more than 200000 values; the last one read is in line 599997"),
                problems("x-a:\n" + "- a\n".repeat(1_000_000) + "{"));
        assertEquals(List.of("sluice.yaml: is not YAML: it has more than 65536 values; the last one read is in line 196605"),
                new ConfigurationLoader(environment, 128L << 20).parse("sluice.yaml", "x-a:\n" + "- a\n".repeat(200_000), Path.of(""))
                        .problems().stream().map(Problem::toString).toList(), "a small heap has room for fewer");
        assertProblem("x-a: b\nx-c: " + "d".repeat(1 << 20), "sluice.yaml: has a line of more than 1048576 characters (line 2)");
        good(ACCOUNT + "x-c: " + "d".repeat(1_000_000));
    }

    @Test
    void anchorsAndMergesWork() {
        Configuration c = good("""
                x-common: &common {api-key: "${env:KEY}", weight: 5}
                accounts:
                  - {<<: *common, name: a, base-url: https://a/v1}
                  - {<<: *common, name: b, base-url: https://b/v1, weight: 7}
                """);
        assertEquals(List.of(5, 7), c.accounts().stream().map(one -> one.rank().weight()).toList());
    }

    @Test
    void refusesWhatContradictsItself() {
        assertProblem(ACCOUNT.replace("name: main", "name: main, mode: passthrough, remove: [a]"), "sluice.yaml: "
                + "accounts[0].remove: must not be given with `mode: passthrough`, which sends bodies as they came (line 1)");
        assertProblem(ACCOUNT.replace("name: main", "name: main, set: {model: x}"), "sluice.yaml: accounts[0].set: must not "
                + "change `model`: use `models: [{from: …, to: …}]` (line 1)");
        assertProblem(ACCOUNT + "server: {port: 81, admin: {port: 81}}",
                "sluice.yaml: server.admin.port: must not be `server.port`, 81 (line 2)");
        assertProblem(ACCOUNT + "server: {tls: {cert: none.pem}}", "sluice.yaml: server.tls.key: is missing: `server.tls.cert` "
                + "is given");
        assertProblem(ACCOUNT + "clients: [{name: a, key-sha256: " + "0".repeat(64) + ", budget-usd: {day: 1}}]",
                "sluice.yaml: clients[0].budget-usd.day: needs "
                + "`usage.prices` or `usage.price-file`: without prices nothing is ever spent (line 2)");
        assertProblem(ACCOUNT + "failover: {breaker: {open: 2m}}", "sluice.yaml: failover.breaker.max: must be at least "
                + "`failover.breaker.open`, 2m, not 1m");
        assertProblem(ACCOUNT + "clients: [{name: a}]", "sluice.yaml: clients[0].key-sha256: is missing; `sluice key` makes a "
                + "key and prints its hash");
        String hash = "0".repeat(64);
        assertTrue(problems(ACCOUNT + "clients: [{name: a, key-sha256: " + hash + "}, {name: b, key-sha256: " + hash + "}]")
                .getFirst().contains("clients[1].key-sha256: must be unique"));
    }

    @Test
    void aMissingFileIsNamed(@TempDir Path folder) {
        LoadResult result = new ConfigurationLoader(environment, GIB).load(folder.resolve("sluice.yaml"));
        assertTrue(result.problems().getFirst().message().startsWith("does not exist"));
    }

    @Test
    void aPipeIsRefusedAndNotWaitedFor(@TempDir Path folder) throws Exception {
        Path pipe = folder.resolve("sluice.yaml");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/mkfifo")),
                "no mkfifo: Java makes no pipes of its own");
        assertEquals(0, new ProcessBuilder("/usr/bin/mkfifo", pipe.toString()).start().waitFor());
        LoadResult result = new ConfigurationLoader(Map.of(), 1L << 30).load(pipe);
        assertTrue(result.problems().toString().contains("is not a regular file"), result.problems().toString());
        LoadResult secret = new ConfigurationLoader(Map.of(), 1L << 30).parse("f",
                "accounts:\n  - {name: a, base-url: \"http://127.0.0.1:9/v1\", api-key: \"${file:sluice.yaml}\"}\n", folder);
        assertTrue(secret.problems().toString().contains("not a regular file"), secret.problems().toString());
    }
}
