package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import sluice.config.ConfigurationLoader;
import sluice.config.LoadResult;
import sluice.config.ServerSettings;
import sluice.edge.DataTls;

/** What {@code serve} refuses {@code check} refuses, in the same words and all of it at once. */
class StartCheckTest {
    private static final String ACCOUNT = "accounts:\n  - {name: a, base-url: \"http://127.0.0.1:9/v1\", api-key: k}\n";

    @TempDir
    private static Path folder;
    private static TestAuthority authority;

    @BeforeAll
    static void issue() throws Exception {
        authority = new TestAuthority(folder);
        authority.issue("one", "RSA");
        authority.issue("two", "EC");
        authority.certificate("one", "one.pem");
        authority.key("one", "one.key");
        authority.certificate("two", "two.pem");
        authority.key("two", "two.key");
    }

    private static String run(Object command, Path file) {
        StringWriter said = new StringWriter();
        int exit = new CommandLine(command).setErr(new PrintWriter(said, true)).execute("--config", file.toString());
        assertEquals(1, exit, said.toString());
        return said.toString();
    }

    @Test
    void tellsEverythingThatKeepsAGatewayFromStarting() throws IOException {
        Path notAFolder = Files.createFile(folder.resolve("not-a-folder"));
        Path notPem = Files.writeString(folder.resolve("not.pem"), "nothing");
        Path file = Files.writeString(folder.resolve("sluice.yaml"), ACCOUNT + "modules: {body: tre, relay: bathing, usage: sqllite}\n"
                + "server: {tls: {cert: one.pem, key: two.key, client-ca: " + notPem + "}}\n"
                + "upstream: {ca: " + notPem + "}\n"
                + "usage: {path: " + notAFolder + "/usage.jsonl}\n"
                + "state: {path: " + notAFolder + "/deeper/state}\n");
        String check = run(new CheckCommand(), file);
        for (String key : List.of("modules.body", "modules.relay", "modules.usage", "server.tls.key", "server.tls.client-ca", "upstream.ca",
                "usage.path", "state.path")) {
            assertTrue(check.contains("sluice.yaml: " + key + ": "), key + " in " + check);
        }
        String serve = run(new ServeCommand(), file);
        check.lines().filter(line -> line.startsWith("sluice.yaml: ")).forEach(line -> assertTrue(serve.contains(line), line));
    }

    @Test
    void aFileThatIsNotRegularIsNamedAndNotWaitedFor() throws Exception {
        Path pipe = folder.resolve("pipe");
        assumeTrue(isHere("mkfifo"), "no mkfifo: Java makes no pipes of its own");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        Path file = Files.writeString(folder.resolve("pipes.yaml"), ACCOUNT + "server:\n  tls: {cert: one.pem, key: one.key, "
                + "client-ca: pipe}\n  admin: {token: secret, tls: {cert: pipe, key: pipe}}\nupstream: {ca: pipe}\n");
        String check = run(new CheckCommand(), file);
        for (String key : List.of("server.tls.client-ca", "server.admin.tls.cert", "upstream.ca")) {
            assertTrue(check.lines().anyMatch(line -> line.contains(key + ": ") && line.contains("is not a regular file")),
                    key + " in " + check);
        }
        Path prices = Files.writeString(folder.resolve("prices.yaml"), ACCOUNT + "usage: {price-file: pipe}\n");
        assertTrue(run(new CheckCommand(), prices).contains("is not a regular file"));
        Path endless = Files.writeString(folder.resolve("endless.yaml"), ACCOUNT + "server: {tls: {cert: one.pem, key: /dev/zero}}\n");
        assertTrue(run(new CheckCommand(), endless).contains("is not a regular file"));
    }

    @Test
    void wrongModulesAreToldBesideWhatIsWrongInTheFileItself() throws IOException {
        Path file = Files.writeString(folder.resolve("both.yaml"), ACCOUNT + "modules: {body: tre}\nlimits: {bodyy: 1}\n");
        for (Object command : List.of(new CheckCommand(), new ServeCommand())) {
            String said = run(command, file);
            assertTrue(said.contains("modules.body: there is no provider 'tre'") && said.contains("limits.bodyy"), said);
        }
    }

    @Test
    void aStartThatIsRefusedIsToldInTheFormOfTheFile() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (String fault : List.of("limits: {bodyy: 1}\n", "modules: {body: tre}\n",
                    "server: {port: " + taken.getLocalPort() + ", admin: {port: 0}}\n")) {
                Path file = Files.writeString(folder.resolve("json.yaml"), ACCOUNT + fault + "log: {requests: json}\n");
                List<String> lines = run(new ServeCommand(), file).lines().toList();
                assertTrue(lines.stream().allMatch(line -> line.startsWith("{\"time\":\"")), lines.toString());
                assertTrue(lines.stream().anyMatch(line -> line.contains("\"level\":\"error\"")), lines.toString());
            }
        }
    }

    @Test
    void checkInQuietSaysOnlyWhatIsWrong() throws IOException {
        Path file = Files.writeString(folder.resolve("quiet.yaml"), ACCOUNT.replace("api-key: k", "api-key: \"\""));
        StringWriter said = new StringWriter();
        assertEquals(0, new CommandLine(new CheckCommand()).setOut(new PrintWriter(said, true)).execute("-q", "-c", file.toString()));
        assertEquals("", said.toString());
    }

    @Test
    void aDatabaseNeedsItsFile() throws IOException {
        Path file = Files.writeString(folder.resolve("database.yaml"), ACCOUNT + "modules: {usage: sqlite}\n");
        assertTrue(run(new CheckCommand(), file).contains("modules.usage: sqlite needs usage.path"));
    }

    @ParameterizedTest
    @CsvSource({"http://127.0.0.1:9/v1/responses, base-url", "http://127.0.0.1:9/v1/responses/, base-url"})
    void anAddressOfOneRouteIsNoBase(String uri, String key) {
        LoadResult result = new ConfigurationLoader(java.util.Map.of(), 1L << 30).parse("f", ACCOUNT.replace("http://127.0.0.1:9/v1", uri),
                folder);
        assertTrue(result instanceof LoadResult.Rejected && result.problems().toString().contains(key), result.problems().toString());
    }

    @Test
    void aModelIsMappedToOneModel() {
        LoadResult result = new ConfigurationLoader(java.util.Map.of(), 1L << 30).parse("f",
                ACCOUNT.replace("api-key: k", "api-key: k, models: [{from: \"a*\", to: \"x*\"}]"), folder);
        assertTrue(result instanceof LoadResult.Rejected && result.problems().toString().contains("models[0].to"),
                result.problems().toString());
    }

    @Test
    void aKeyInPlainSightIsSeenInAHeaderToo() {
        LoadResult result = new ConfigurationLoader(java.util.Map.of("K", "k"), 1L << 30).parse("f", ACCOUNT.replace("api-key: k",
                "api-key: \"\", headers: {api-key: plain, X-Api-Key: \"${env:K}\", x-team: plain}"), folder);
        assertEquals(List.of("f: accounts[0].headers.api-key: is a secret in plain sight; refer to it by ${env:NAME} or ${file:/path}"
                + " (line 2)"),
                result.problems().stream().map(Object::toString).toList());
    }

    @ParameterizedTest
    @CsvSource({"one, rsa", "two, ec"})
    void takesKeysAsOpensslAndCertManagerWriteThem(String name, String kind) throws Exception {
        Path key = folder.resolve(name + "-traditional.key");
        assumeTrue(isHere("openssl"), "no openssl on the path, which alone writes keys in the form of old");
        Process openssl = new ProcessBuilder("openssl", kind, "-traditional", "-in", folder.resolve(name + ".key").toString(), "-out",
                key.toString()).redirectErrorStream(true).start();
        openssl.waitFor();
        if (kind.equals("ec")) {
            // openssl's `ec` writes the traditional form without being told.
            new ProcessBuilder("openssl", "ec", "-in", folder.resolve(name + ".key").toString(), "-out", key.toString())
                    .redirectErrorStream(true).start().waitFor();
        }
        assertTrue(Files.readString(key).contains("BEGIN " + kind.toUpperCase(java.util.Locale.ROOT) + " PRIVATE KEY"),
                Files.readString(key).lines().findFirst().orElse(""));
        assertEquals(List.of(), faults(folder.resolve(name + ".pem"), key));
        assertEquals(1, faults(folder.resolve((name.equals("one") ? "two" : "one") + ".pem"), key).size(),
                "it is the key of that one only");
    }

    private static boolean isHere(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator)).anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static List<String> faults(Path cert, Path key) {
        return DataTls.faults(new ServerSettings.Tls("server.tls", cert, key, Optional.empty()));
    }

    @Test
    void aKeyWithAPasswordIsRefusedWithTheWayOut() throws IOException {
        Path key = Files.writeString(folder.resolve("locked.key"), "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
                + "DEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n");
        String refused = faults(folder.resolve("one.pem"), key).toString();
        assertTrue(refused.contains("server.tls.key") && refused.contains("openssl pkcs8"), refused);
    }
}
