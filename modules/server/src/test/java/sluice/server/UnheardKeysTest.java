package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.instruction.InvokeInstruction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sluice.config.ConfigurationLoader;
import sluice.config.LoadResult;

/** A key that the chosen module does not hear is refused, and no key is missing from those: the classes tell which settings they read. */
class UnheardKeysTest {
    /** The keys behind the settings that providers are given; those that others hear as well have none. */
    private static final Map<String, List<String>> KEYS = Map.ofEntries(
            Map.entry("Account$Endpoint.proxy", List.of("accounts[].proxy")),
            Map.entry("Account$Timeouts.write", List.of("accounts[].timeouts.write", "stream.write-timeout")),
            Map.entry("UpstreamSettings.trustedCertificates", List.of("upstream.ca")),
            Map.entry("UpstreamSettings.maxHeaderBytes", List.of("upstream.header")),
            Map.entry("UpstreamSettings.staleReset", List.of("failover.stale-reset")),
            Map.entry("UpstreamSettings$Idle.timeout", List.of("upstream.idle-timeout")),
            Map.entry("SchedulerSettings$Weights.quota", List.of("scheduler.weights.quota")),
            Map.entry("SchedulerSettings$Sticky.priceMillisPer1kCachedTokens",
                    List.of("scheduler.sticky.price-ms-per-1k-cached-tokens")),
            Map.entry("SchedulerSettings$Sticky.errorCost", List.of("scheduler.sticky.error-cost")),
            Map.entry("SchedulerSettings$Sticky.minGain", List.of("scheduler.sticky.min-gain")),
            Map.entry("SchedulerSettings$Sticky.hysteresis", List.of("scheduler.sticky.hysteresis")),
            Map.entry("SchedulerSettings$Sticky.maxTtft", List.of("scheduler.sticky.max-ttft")),
            Map.entry("SchedulerSettings$Sticky.maxErrors", List.of("scheduler.sticky.max-errors")),
            Map.entry("RelayOptions$Room.bufferBytes", List.of("stream.buffer")));
    /** Groups of settings, what nobody configures, and what the keeper of the accounts hears whatever the policy. */
    private static final Set<String> NO_KEYS = Set.of("SchedulerSettings.sticky", "SchedulerSettings.failures",
            "SchedulerSettings$Failures.coolDown", "SchedulerSettings$CoolDown.unknownMax", "UpstreamSettings$Idle.inAll",
            "RelayOptions.room", "RelayOptions.withHeld", "RelayOptions$Limits.drain", "RelayOptions$Limits.drainBytes",
            "RelayOptions.limits", "RelayOptions.held",
            "RelayOptions$Held.bytes", "RelayOptions$Held.commit", "RelayOptions$Held.time", "RelayOptions.clocks",
            "RelayOptions$Clocks.nanos", "RelayOptions$Clocks.sweeper", "UpstreamSettings.sweeper",
            "Account$Endpoint.basePath", "Account$Endpoint.host");
    /** Read, and the same for all accounts, so that it changes nothing. */
    private static final Set<String> CHANGES_NOTHING = Set.of("scheduler.weights.queue");

    private static Set<String> reads(String module, String... classes) throws IOException {
        Set<String> read = new TreeSet<>();
        for (Path file : files(module, classes)) {
            ClassFile.of().parse(file).methods().forEach(method -> method.code().ifPresent(code -> code.forEach(element -> {
                if (element instanceof InvokeInstruction call && call.owner().asInternalName().matches(
                        "sluice/api/(UpstreamSettings|SchedulerSettings|RelayOptions|Account\\$(Endpoint|Timeouts)).*")) {
                    read.add(call.owner().asInternalName().substring("sluice/api/".length()) + '.' + call.name().stringValue());
                }
            })));
        }
        return read;
    }

    private static List<Path> files(String module, String... classes) throws IOException {
        Path folder = Path.of("../" + module + "/target/classes/sluice/" + module);
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> file.toString().endsWith(".class")).filter(file -> classes.length == 0
                    || Stream.of(classes).anyMatch(name -> file.getFileName().toString().matches(name + "(\\$.*)?\\.class"))).toList();
        }
    }

    /** The keys that the first read and the second do not. */
    private static Set<String> unheard(Set<String> usual, Set<String> other) {
        Set<String> keys = new TreeSet<>();
        usual.stream().filter(accessor -> !other.contains(accessor) && !NO_KEYS.contains(accessor)).forEach(accessor -> {
            assertTrue(KEYS.containsKey(accessor), "which keys are behind " + accessor + "?");
            keys.addAll(KEYS.get(accessor));
        });
        return keys;
    }

    private static final Map<String, String> VALUES = new TreeMap<>(Map.of("accounts[].proxy", "\"http://127.0.0.1:3128\"",
            "upstream.ca", "src/test/java/sluice/server/UnheardKeysTest.java", "upstream.header", "4KiB", "stream.buffer", "8KiB",
            "usage.rotate", "1MiB", "scheduler.weights.quota", "1", "scheduler.weights.queue", "1",
            "scheduler.sticky.hysteresis", "0.5", "scheduler.sticky.max-errors", "0.4"));

    private static String yaml(String module, String provider, String key) {
        String value = VALUES.getOrDefault(key, key.matches(".*(timeout|reset|gain|cost|ttft|write).*") ? "9s" : "9");
        String account = "accounts: [{name: a, base-url: \"http://127.0.0.1:9/v1\", api-key: k"
                + (key.startsWith("accounts[].") ? ", " + nested(key.substring("accounts[].".length()), value) : "") + "}]\n";
        String modules = "modules: {" + module.substring("modules.".length()) + ": " + provider + "}\n";
        return account + modules + (key.startsWith("accounts[].") ? "" : nested(key, value) + "\n");
    }

    private static String nested(String key, String value) {
        int dot = key.indexOf('.');
        return dot < 0 ? key + ": " + value : key.substring(0, dot) + ": {" + nested(key.substring(dot + 1), value) + "}";
    }

    /** Whether a configuration with this key and this provider is refused because of it, in words. */
    private static boolean refuses(String module, String provider, String key) {
        LoadResult result = new ConfigurationLoader(Map.of(), 8L << 30).parse("f", yaml(module, provider, key), Path.of(""));
        List<String> problems = result.problems().stream().map(Object::toString).toList();
        boolean refused = result instanceof LoadResult.Rejected;
        assertEquals(refused, problems.stream().anyMatch(problem -> problem.contains("has no effect with `" + module + ": " + provider
                + "`")), problems.toString());
        return refused;
    }

    private static void areTheKeys(Set<String> expected, String module, String provider, Set<String> among) {
        Set<String> refused = new TreeSet<>();
        among.stream().filter(key -> refuses(module, provider, key)).forEach(refused::add);
        assertEquals(expected, refused, module + ": " + provider);
    }

    private static Set<String> all() {
        Set<String> all = new TreeSet<>(CHANGES_NOTHING);
        KEYS.values().forEach(all::addAll);
        return all;
    }

    @Test
    void theCallerThatIsAGeneralClientHearsLess() throws IOException {
        areTheKeys(unheard(reads("upstream"), reads("baseline", "WebClient.*")), "modules.upstream", "webclient", all());
        areTheKeys(Set.of(), "modules.upstream", "direct", all());
    }

    @ParameterizedTest
    @CsvSource({"sorting", "decoding"})
    void policiesWithoutAPriceOfStayingHearNoneOfItsNumbers(String policy) throws IOException {
        Set<String> expected = unheard(reads("sched", "LayeredPolicy", "Lineup", "StickyPrice", "TopK", "WeightedDraw"),
                reads("baseline", "SortingPolicy", "SortedCandidates"));
        expected.addAll(CHANGES_NOTHING);
        areTheKeys(expected, "modules.scheduler", policy, all());
    }

    @Test
    void theRelayOfLinesHasNoBuffer() throws IOException {
        areTheKeys(unheard(reads("sse"), reads("baseline", "PerLine.*", "LineQueue")), "modules.relay", "per-line", all());
        areTheKeys(Set.of(), "modules.answer", "buffered", all());
        areTheKeys(Set.of(), "modules.seats", "sweeping", all());
    }

    @ParameterizedTest
    @CsvSource({"log, usage.keep-days", "log, usage.keep-rows", "sqlite, usage.rotate", "sqlite, usage.keep"})
    void filesAndDatabasesAreBoundedByKeysOfTheirOwn(String sink, String key) {
        assertTrue(refuses("modules.usage", sink, key));
        assertTrue(!refuses("modules.usage", sink.equals("log") ? "sqlite" : "log", key), "the other one hears it");
    }
}
