package sluice.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleDescriptor.Requires;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The modules in the image, as their descriptors say: a star around {@code sluice.api}. */
class ModuleGraphTest {
    /** Which modules of Sluice each one requires. */
    private static final Map<String, Set<String>> REQUIRES = Map.ofEntries(
            Map.entry("sluice.api", Set.of()),
            Map.entry("sluice.buffers", Set.of("sluice.api")),
            Map.entry("sluice.json", Set.of()),
            Map.entry("sluice.files", Set.of()),
            Map.entry("sluice.responses", Set.of("sluice.api", "sluice.buffers", "sluice.json")),
            Map.entry("sluice.net", Set.of("sluice.api", "sluice.buffers")),
            Map.entry("sluice.http1", Set.of("sluice.api", "sluice.net")),
            Map.entry("sluice.websocket", Set.of("sluice.api", "sluice.net", "sluice.http1")),
            Map.entry("sluice.relay", Set.of("sluice.api")),
            Map.entry("sluice.body", Set.of("sluice.api", "sluice.buffers", "sluice.responses", "sluice.json", "sluice.relay")),
            Map.entry("sluice.sse", Set.of("sluice.api", "sluice.buffers", "sluice.responses", "sluice.json", "sluice.relay")),
            Map.entry("sluice.sched", Set.of("sluice.api")),
            Map.entry("sluice.state", Set.of("sluice.api", "sluice.files")),
            Map.entry("sluice.upstream", Set.of("sluice.api", "sluice.net", "sluice.http1")),
            Map.entry("sluice.http2", Set.of("sluice.net", "sluice.http1")),
            Map.entry("sluice.wspool", Set.of("sluice.api", "sluice.buffers", "sluice.responses", "sluice.json", "sluice.net",
                    "sluice.http1", "sluice.websocket")),
            Map.entry("sluice.config", Set.of("sluice.api", "sluice.json")),
            Map.entry("sluice.failures", Set.of("sluice.api", "sluice.json", "sluice.records", "sluice.responses")),
            Map.entry("sluice.baseline", Set.of("sluice.api", "sluice.buffers", "sluice.responses", "sluice.json", "sluice.net")),
            Map.entry("sluice.simulator", Set.of("sluice.api", "sluice.json", "sluice.net", "sluice.http1", "sluice.websocket")),
            Map.entry("sluice.gauge", Set.of("sluice.api", "sluice.config", "sluice.json", "sluice.net", "sluice.http1")),
            Map.entry("sluice.turns", Set.of("sluice.api", "sluice.buffers", "sluice.clients", "sluice.config", "sluice.forward",
                    "sluice.http1", "sluice.json", "sluice.net", "sluice.records", "sluice.responses", "sluice.websocket")),
            Map.entry("sluice.edge", Set.of("sluice.api", "sluice.clients", "sluice.config", "sluice.forward", "sluice.http1",
                    "sluice.net", "sluice.records", "sluice.responses")),
            Map.entry("sluice.forward", Set.of("sluice.api", "sluice.buffers", "sluice.clients", "sluice.config", "sluice.failures",
                    "sluice.http1", "sluice.json", "sluice.net", "sluice.records", "sluice.responses")),
            Map.entry("sluice.server", Set.of("sluice.admin", "sluice.api", "sluice.buffers", "sluice.clients", "sluice.config",
                    "sluice.edge", "sluice.failures", "sluice.forward", "sluice.http1", "sluice.json", "sluice.net", "sluice.ops",
                    "sluice.probe", "sluice.records", "sluice.turns")),
            Map.entry("sluice.admin", Set.of("sluice.config", "sluice.json")),
            // operations are the server's, in a module of their own, and so is what measures the gateway for them
            Map.entry("sluice.ops", Set.of("sluice.admin", "sluice.api", "sluice.json", "sluice.config", "sluice.net", "sluice.probe",
                    "sluice.records")),
            // the facts of a request, and who may make one
            Map.entry("sluice.records", Set.of("sluice.api")),
            Map.entry("sluice.clients", Set.of("sluice.api", "sluice.config", "sluice.files", "sluice.records")),
            Map.entry("sluice.probe", Set.of("sluice.api", "sluice.net", "sluice.http1")),
            // its command reads the configuration and its prices
            Map.entry("sluice.ledger", Set.of("sluice.api", "sluice.json", "sluice.config", "sluice.clients", "sluice.files")));
    /** To whom each one exports its package; an empty set is everybody. All others export nothing. */
    private static final Map<String, Set<String>> EXPORTS = Map.ofEntries(
            Map.entry("sluice.api", Set.of()),
            Map.entry("sluice.buffers", Set.of("sluice.baseline", "sluice.body", "sluice.forward", "sluice.net", "sluice.responses",
                    "sluice.server", "sluice.sse", "sluice.turns", "sluice.wspool")),
            Map.entry("sluice.files", Set.of("sluice.clients", "sluice.ledger", "sluice.state")),
            Map.entry("sluice.json", Set.of("sluice.admin", "sluice.baseline", "sluice.body", "sluice.config", "sluice.failures",
                    "sluice.forward", "sluice.gauge", "sluice.ledger", "sluice.ops", "sluice.records", "sluice.responses",
                    "sluice.server", "sluice.simulator", "sluice.sse", "sluice.turns", "sluice.wspool")),
            Map.entry("sluice.responses", Set.of("sluice.baseline", "sluice.body", "sluice.edge", "sluice.failures", "sluice.forward",
                    "sluice.simulator", "sluice.sse", "sluice.turns", "sluice.wspool")),
            Map.entry("sluice.net", Set.of("sluice.baseline", "sluice.edge", "sluice.forward", "sluice.gauge", "sluice.http1",
                    "sluice.http2", "sluice.ops", "sluice.probe", "sluice.server", "sluice.simulator", "sluice.turns",
                    "sluice.upstream", "sluice.websocket", "sluice.wspool")),
            Map.entry("sluice.http1", Set.of("sluice.edge", "sluice.forward", "sluice.gauge", "sluice.http2", "sluice.probe",
                    "sluice.server", "sluice.simulator", "sluice.turns", "sluice.upstream", "sluice.websocket", "sluice.wspool")),
            Map.entry("sluice.websocket", Set.of("sluice.simulator", "sluice.turns", "sluice.wspool")),
            Map.entry("sluice.config", Set.of("sluice.admin", "sluice.clients", "sluice.edge", "sluice.forward", "sluice.gauge",
                    "sluice.ledger", "sluice.ops", "sluice.server", "sluice.turns")),
            Map.entry("sluice.records", Set.of("sluice.clients", "sluice.edge", "sluice.failures", "sluice.forward", "sluice.ops",
                    "sluice.server", "sluice.turns")),
            Map.entry("sluice.clients", Set.of("sluice.edge", "sluice.forward", "sluice.ledger", "sluice.server", "sluice.turns")),
            Map.entry("sluice.failures", Set.of("sluice.forward", "sluice.server")),
            Map.entry("sluice.edge", Set.of("sluice.server")),
            Map.entry("sluice.turns", Set.of("sluice.server")),
            Map.entry("sluice.forward", Set.of("sluice.edge", "sluice.server", "sluice.turns")),
            Map.entry("sluice.admin", Set.of("sluice.ops", "sluice.server")),
            Map.entry("sluice.ops", Set.of("sluice.server")),
            Map.entry("sluice.probe", Set.of("sluice.ops", "sluice.server")),
            Map.entry("sluice.relay", Set.of("sluice.body", "sluice.sse")),
            // tests of the server, and its demonstration
            Map.entry("sluice.simulator", Set.of("sluice.server")));

    private static final Map<String, ModuleDescriptor> MODULES = new TreeMap<>();

    @BeforeAll
    static void readImage() throws IOException {
        Map<String, String> home = Map.of("java.home", Image.BUILT.home().toString());
        try (FileSystem image = FileSystems.newFileSystem(URI.create("jrt:/"), home);
                Stream<Path> modules = Files.list(image.getPath("/modules"))) {
            for (Path module : modules.toList()) {
                try (InputStream in = Files.newInputStream(module.resolve("module-info.class"))) {
                    ModuleDescriptor descriptor = ModuleDescriptor.read(in);
                    MODULES.put(descriptor.name(), descriptor);
                }
            }
        }
    }

    private static Map<String, ModuleDescriptor> ours() {
        return MODULES.entrySet().stream().filter(entry -> entry.getKey().startsWith("sluice."))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    @Test
    void theImageHoldsAllModulesAndNoAutomaticOnes() {
        assertEquals(REQUIRES.keySet(), ours().keySet());
        MODULES.values().forEach(module -> assertFalse(module.isAutomatic(), module.name()));
        Set<String> known = MODULES.keySet();
        MODULES.values().forEach(module -> module.requires().stream()
                .filter(requires -> !requires.modifiers().contains(Requires.Modifier.STATIC))
                .forEach(requires -> assertTrue(known.contains(requires.name()),
                        () -> module.name() + " misses " + requires.name())));
    }

    @Test
    void modulesFormAStar() {
        ours().forEach((name, module) -> assertEquals(REQUIRES.get(name), module.requires().stream().map(Requires::name)
                .filter(required -> required.startsWith("sluice.")).collect(Collectors.toSet()), name));
    }

    @Test
    void theContractsRequireNothingButJavaBase() {
        assertEquals(Set.of("java.base"), ours().get("sluice.api").requires().stream().map(Requires::name)
                .collect(Collectors.toSet()));
    }

    @Test
    void onlyTheContractsAreExportedToAll() {
        ours().forEach((name, module) -> {
            if (EXPORTS.containsKey(name)) {
                Exports exports = module.exports().stream().reduce((a, b) -> {
                    throw new AssertionError(name + " exports more than one package");
                }).orElseThrow();
                assertEquals(name, exports.source());
                assertEquals(EXPORTS.get(name), exports.targets(), name);
            } else {
                assertEquals(Set.of(), module.exports(), name);
            }
        });
    }

    @Test
    void eachModuleIsOnePackage() {
        ours().forEach((name, module) -> assertEquals(Set.of(name), module.packages(), name));
    }

    @Test
    void everyServiceHasAProvider() {
        Set<String> provided = ours().values().stream().flatMap(module -> module.provides().stream())
                .map(ModuleDescriptor.Provides::service).collect(Collectors.toSet());
        ours().values().forEach(module -> module.uses().forEach(service ->
                assertTrue(provided.contains(service), module.name() + " uses " + service + ", which nothing provides")));
    }
}
