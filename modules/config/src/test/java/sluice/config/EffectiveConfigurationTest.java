package sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EffectiveConfigurationTest {
    private static final String YAML = """
            server: {port: 9000}
            clients: [{name: team, key-sha256: %s, models: ["gpt-5*", "on"]}]
            accounts:
              - {name: main, base-url: https://a/v1, api-key: "${env:KEY}", weight: 2, models: [{from: fast, to: gpt-5.1}],
                 set: {reasoning.effort: high, "odd: key": "yes"}, headers: {X-A: "${env:KEY}"}}
              - {name: spare, base-url: https://b/v1, api-key: "${env:KEY}"}
            """.formatted("0".repeat(64)).replace("\"odd: key\"", "odd");

    private static EffectiveConfiguration load(String yaml, Map<String, String> environment) {
        LoadResult result = new ConfigurationLoader(environment, 1L << 30).parse("sluice.yaml", yaml, Path.of(""));
        return assertInstanceOf(LoadResult.Loaded.class, result, () -> result.problems().toString()).effective();
    }

    @Test
    void whatIsRenderedSaysTheSameWhenReadAgain() {
        EffectiveConfiguration effective = load(YAML, Map.of("KEY", "secret"));
        EffectiveConfiguration again = load(effective.render(), Map.of("KEY", "secret"));
        assertEquals(List.of(), effective.changesTo(again));
        assertEquals(List.of(), again.changesTo(effective));
    }

    @Test
    void rendersWhereValuesComeFrom() {
        String rendered = load(YAML, Map.of("KEY", "secret", "SLUICE_SERVER_DRAIN", "1m")).render();
        assertTrue(rendered.startsWith("server:\n"), rendered);
        assertTrue(rendered.contains("\n  port: 9000\n"), rendered);
        assertTrue(rendered.contains("\n  drain: 1m  # SLUICE_SERVER_DRAIN\n"), rendered);
        assertTrue(rendered.contains("\n  top-k: 7  # default\n"), rendered);
        assertTrue(rendered.contains("\n    api-key: \"${env:KEY}\"\n"), rendered);
        assertTrue(rendered.contains("\n  - name: spare\n"), rendered);
    }

    @Test
    void changesAreToldByNameWithTheirEffect() {
        String after = YAML.replace("port: 9000", "port: 9001").replace("weight: 2", "weight: 3").replace("spare", "other")
                + "scheduler: {wait: {timeout: 5s}}\n";
        assertEquals(List.of(
                "server.port: 9000 -> 9001 (needs a restart)",
                "accounts[main].weight: 2 -> 3",
                "accounts[spare]: removed (was an element)",
                "scheduler.wait.timeout: 30s -> 5s",
                "accounts[other]: added: an element"),
                load(YAML, Map.of("KEY", "k")).changesTo(load(after, Map.of("KEY", "k"))).stream()
                        .map(Change::toString).toList());
    }

    @Test
    void aSecretThatChangedBehindItsReferenceIsToldWithoutIt() {
        List<Change> changes = load(YAML, Map.of("KEY", "old")).changesTo(load(YAML, Map.of("KEY", "new")));
        assertEquals(List.of("accounts[main].api-key: changed behind \"${env:KEY}\"",
                "accounts[main].headers: changed behind {X-A: \"${env:KEY}\"}",
                "accounts[spare].api-key: changed behind \"${env:KEY}\""), changes.stream().map(Change::toString).toList());
    }
}
