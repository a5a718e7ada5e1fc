package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.config.Configuration;
import sluice.config.ConfigurationLoader;
import sluice.config.LoadResult;
import sluice.probe.AddedTime;
import sluice.probe.Probe;

/** What the gateway adds, as it measures it itself. */
class AddedTimeTest {
    private static final String ACCOUNTS = "accounts: [{name: a, base-url: \"http://127.0.0.1:9/v1\", api-key: k}]\n";
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofNanos(1);
    private static final Pattern SAMPLES = Pattern.compile("\"added\":\\{\"state\":\"([a-z]+)\",\"samples\":([0-9]+)");

    private static Configuration configuration(String yaml) {
        return switch (new ConfigurationLoader(Map.of(), Runtime.getRuntime().maxMemory()).parse("test", ACCOUNTS + yaml, Path.of(""))) {
            case LoadResult.Loaded loaded -> loaded.configuration();
            case LoadResult.Rejected rejected -> throw new IllegalArgumentException(rejected.problems().toString());
        };
    }

    private static Matcher added(RunningGateway gateway) throws IOException {
        try (TestClient admin = new TestClient(gateway.adminUri().getPort())) {
            Matcher found = SAMPLES.matcher(admin.send("GET", "/admin/overview", new byte[0]).text());
            assertTrue(found.find());
            return found;
        }
    }

    /** With these modules and limits too, which would refuse or record other requests. */
    @ParameterizedTest
    @ValueSource(strings = {"", "modules: {upstream: webclient, body: tree, answer: buffered}",
            "server: {verify-edits: true}\nclients: [{name: c, key: a-key-of-a-client}]\nlimits: {concurrent-requests: 1}"})
    void isMeasuredThroughAGatewayWithTheSameSettings(String yaml) {
        Configuration configuration = configuration(yaml);
        Probe.Opener beside = upstream -> SecondGateway.open(upstream, configuration, Providers.find(configuration.modules()));
        try (Probe probe = new Probe(beside, new Probe.Pace(SHORT, SHORT, LONG, LONG), System::nanoTime)) {
            AddedTime added = probe.ask(true);
            while (added.state() != AddedTime.State.MEASURED) {
                assertTrue(probe.ask(true).samples() >= 0);
                added = probe.ask(true);
            }
            assertTrue(added.throughP50Nanos() > added.directP50Nanos(), added.toString());
            assertTrue(added.p50().lowNanos() <= added.p50().nanos() && added.p50().nanos() <= added.p50().highNanos());
        }
    }

    @Test
    void isMeasuredWhileSomebodyLooksAndCountsNowhere() throws Exception {
        try (RunningGateway gateway = RunningGateway.of(ACCOUNTS)) {
            Matcher first = added(gateway);
            assertEquals("measuring", first.group(1));
            while (Integer.parseInt(added(gateway).group(2)) < 5) {
                Thread.onSpinWait();
            }
            MetricsPage page = MetricsPage.of(gateway.adminUri());
            assertTrue(page.of("sluice_probe_samples") >= 5);
            assertEquals(0, page.of("sluice_requests_total"));
            assertEquals(0, page.of("sluice_attempts_total"));
            assertEquals("", gateway.log());
            assertEquals(0, gateway.account("a").history().succeeded());
        }
        assertFalse(probing(), "nothing is left of it");
    }

    @Test
    void aScraperKeepsItGoingToo() throws Exception {
        try (RunningGateway gateway = RunningGateway.of(ACCOUNTS)) {
            URI admin = gateway.adminUri();
            while (MetricsPage.of(admin).of("sluice_probe_samples") == 0) {
                Thread.onSpinWait();
            }
            assertTrue(probing());
        }
    }

    @Test
    void canBeSwitchedOff() throws Exception {
        try (RunningGateway gateway = RunningGateway.of(ACCOUNTS + "server: {admin: {probe: false}}")) {
            assertEquals("off", added(gateway).group(1));
            assertEquals(0, MetricsPage.of(gateway.adminUri()).of("sluice_probe_samples"));
            assertFalse(probing());
        }
    }

    private static boolean probing() {
        return Thread.getAllStackTraces().keySet().stream().anyMatch(thread -> thread.getName().startsWith("probe"));
    }
}
