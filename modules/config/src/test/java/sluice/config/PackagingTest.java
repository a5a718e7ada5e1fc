package sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** The examples of {@code packaging}: their configurations load, and what stands around them fits what they say. */
class PackagingTest {
    private static final Path PACKAGING = Path.of("../../packaging");
    private static final Pattern MOUNTED = Pattern.compile("/run/secrets/[\\w/.-]+");

    @TempDir
    private Path folder;

    /** A Kubernetes example: the objects by kind and name. */
    private static Map<String, Map<String, Object>> objects(String... files) throws IOException {
        Map<String, Map<String, Object>> all = new LinkedHashMap<>();
        for (String file : files) {
            for (Object one : new Yaml().loadAll(Files.readString(PACKAGING.resolve(file)))) {
                Map<String, Object> object = table(one);
                all.merge(object.get("kind") + " " + at(object, "metadata", "name"), object, PackagingTest::patched);
            }
        }
        return all;
    }

    /** As kustomize merges a patch: tables member by member, lists of named elements by their names, all else replaced. */
    private static Map<String, Object> patched(Map<String, Object> object, Map<String, Object> patch) {
        Map<String, Object> made = new LinkedHashMap<>(object);
        patch.forEach((name, value) -> made.merge(name, value, (old, next) -> {
            if (old instanceof Map<?, ?> && next instanceof Map<?, ?>) {
                return patched(table(old), table(next));
            }
            return old instanceof List<?> && next instanceof List<?> && !name.equals("endpoints") ? merged(list(old), list(next)) : next;
        }));
        return made;
    }

    private static List<Map<String, Object>> merged(List<Map<String, Object>> old, List<Map<String, Object>> next) {
        Map<Object, Map<String, Object>> byName = new LinkedHashMap<>();
        Stream.concat(old.stream(), next.stream()).forEach(one -> byName.merge(one.get("name"), one, PackagingTest::patched));
        return new ArrayList<>(byName.values());
    }

    @SuppressWarnings("unchecked") // a test that fails where it is none
    private static Map<String, Object> table(Object value) {
        return (Map<String, Object>) value;
    }

    @SuppressWarnings("unchecked") // as above
    private static List<Map<String, Object>> list(Object value) {
        return (List<Map<String, Object>>) value;
    }

    private static Object at(Map<String, Object> object, String... path) {
        Object found = object;
        for (String name : path) {
            found = found == null ? null : table(found).get(name);
        }
        return found;
    }

    /** The configuration, with files of this machine where it names mounted ones. */
    private Configuration configuration(String yaml) throws IOException {
        Matcher mounted = MOUNTED.matcher(yaml);
        while (mounted.find()) {
            Path file = folder.resolve(mounted.group().substring(1));
            Files.createDirectories(file.getParent());
            Files.writeString(file, "x".repeat(20) + file.getFileName());
        }
        LoadResult result = new ConfigurationLoader(Map.of("SLUICE_ADMIN_TOKEN", "t", "SLUICE_CLIENT_KEY", "c", "OPENAI_API_KEY", "k"),
                8L << 30).parse("sluice.yaml", yaml.replace("/run/secrets/", folder + "/run/secrets/"), folder);
        return assertInstanceOf(LoadResult.Loaded.class, result, result.problems().toString()).configuration();
    }

    private static String yamlOf(Map<String, Map<String, Object>> objects) {
        return (String) at(objects.get("ConfigMap sluice"), "data", "sluice.yaml");
    }

    private static Map<String, Object> pod(Map<String, Map<String, Object>> objects) {
        return table(at(objects.get("Deployment sluice"), "spec", "template", "spec"));
    }

    private static String[] files(String example) {
        return example.equals("plain") ? new String[] {"kubernetes.yaml"} : new String[] {"kubernetes.yaml",
            "kubernetes-tls/certificate.yaml", "kubernetes-tls/config.yaml", "kubernetes-tls/deployment.yaml",
            "kubernetes-tls/service-monitor.yaml"};
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "tls"})
    void probesAndScrapersSpeakWhatThePortsSpeak(String example) throws IOException {
        Map<String, Map<String, Object>> objects = objects(files(example));
        ServerSettings server = configuration(yamlOf(objects)).server();
        boolean tls = example.equals("tls");
        assertEquals(List.of(tls, tls), List.of(server.tls().isPresent(), server.admin().tls().isPresent()));
        Map<String, Object> container = list(pod(objects).get("containers")).getFirst();
        for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
            assertEquals("http", at(container, probe, "httpGet", "port"), "the data port's name");
            assertEquals(Optional.ofNullable(tls ? "HTTPS" : null), Optional.ofNullable(at(container, probe, "httpGet", "scheme")), probe);
        }
        Map<String, Object> endpoint = list(at(objects.get("ServiceMonitor sluice"), "spec", "endpoints")).getFirst();
        assertEquals("admin", endpoint.get("port"));
        assertEquals(tls ? "https" : "http", endpoint.getOrDefault("scheme", "http"));
        assertEquals(server.admin().access().token().isEmpty(), !endpoint.containsKey("authorization"), "the port wants its token");
        if (tls) {
            Object secret = at(objects.get("Certificate sluice"), "spec", "secretName");
            assertEquals(secret, at(endpoint, "tlsConfig", "ca", "secret", "name"));
            assertTrue(((List<?>) at(objects.get("Certificate sluice"), "spec", "dnsNames")).contains(
                    at(endpoint, "tlsConfig", "serverName")), "the name that is verified is in the certificate");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "tls"})
    void whatTheConfigurationReadsAndWritesIsMounted(String example) throws IOException {
        Map<String, Map<String, Object>> objects = objects(files(example));
        Map<String, Object> pod = pod(objects);
        List<Map<String, Object>> mounts = list(list(pod.get("containers")).getFirst().get("volumeMounts"));
        Map<String, Object> volumes = new LinkedHashMap<>();
        list(pod.get("volumes")).forEach(volume -> volumes.put((String) volume.get("name"), volume));
        Matcher path = Pattern.compile("(?<=[ :])/(?!/)[\\w/.-]+").matcher(yamlOf(objects));
        int seen = 0;
        while (path.find()) {
            String named = path.group();
            Map<String, Object> mount = mounts.stream().filter(one -> named.startsWith(one.get("mountPath") + "/")).findFirst().orElseThrow(
                    () -> new AssertionError(named + " is below no mount"));
            Map<String, Object> volume = table(volumes.get(mount.get("name")));
            boolean written = !named.startsWith("/run/secrets/");
            assertEquals(written, !Boolean.TRUE.equals(mount.get("readOnly")), named);
            assertEquals(written, !volume.containsKey("secret"), named);
            seen++;
        }
        assertTrue(seen >= 5, "paths: " + seen);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "tls"})
    void aPodIsLeftTheTimeThatItsStreamsHave(String example) throws IOException {
        Map<String, Map<String, Object>> objects = objects(files(example));
        Map<String, Object> pod = pod(objects);
        int pause = (int) at(list(pod.get("containers")).getFirst(), "lifecycle", "preStop", "sleep", "seconds");
        Duration drain = configuration(yamlOf(objects)).server().drain();
        assertTrue((int) pod.get("terminationGracePeriodSeconds") > pause + drain.toSeconds());
        assertEquals(false, pod.get("enableServiceLinks"), "a service called sluice would set SLUICE_ variables");
    }

    @Test
    void theCompositionsConfigurationLoads() throws IOException {
        Configuration loaded = configuration(Files.readString(PACKAGING.resolve("compose/sluice.yaml")));
        assertTrue(Files.readString(PACKAGING.resolve("compose/compose.yaml")).contains("stop_grace_period: 630s"));
        assertTrue(loaded.server().drain().toSeconds() < 630);
        assertTrue(!loaded.server().front().trustedProxies().isEmpty(), "nginx says who the client is");
    }

    @Test
    void whatTheCompositionMountsAndNamesIsThere() throws IOException {
        Path folder = PACKAGING.resolve("compose");
        Map<String, Object> composition = table(new Yaml().load(Files.readString(folder.resolve("compose.yaml"))));
        Map<String, Object> services = table(composition.get("services"));
        for (Object one : services.values()) {
            Map<String, Object> service = table(one);
            for (Object volume : (List<?>) service.get("volumes")) {
                String source = volume.toString().substring(0, volume.toString().indexOf(':'));
                assertTrue(source.startsWith(".") ? Files.exists(folder.resolve(source)) : table(composition.get("volumes"))
                        .containsKey(source), volume.toString());
            }
        }
        assertTrue(Files.readString(folder.resolve("nginx.conf")).contains("proxy_pass http://sluice:8080;"));
        assertTrue(Files.readString(folder.resolve("prometheus.yml")).contains("\"sluice:8081\""));
        assertTrue(Files.readString(folder.resolve("grafana.yaml")).contains("http://prometheus:9090"));
        assertTrue(services.keySet().containsAll(List.of("sluice", "prometheus")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sluice.service", "sluice@.service"})
    void theUnitWaitsForStreamsAndWritesWhereItMay(String unit) throws IOException {
        String text = Files.readString(PACKAGING.resolve(unit));
        assertTrue(text.contains("StateDirectory=sluice\nWorkingDirectory=/var/lib/sluice\n") && text.contains("ProtectSystem=strict"));
        assertTrue(text.contains("TimeoutStopSec=11min") && text.contains("AmbientCapabilities=CAP_NET_BIND_SERVICE"));
        assertTrue(!text.contains("MemoryDenyWriteExecute=yes"), "Java compiles at run time");
        Configuration usual = configuration("accounts: [{name: a, base-url: \"http://127.0.0.1:9/v1\", api-key: \"\"}]\n");
        assertTrue(usual.server().drain().toMinutes() < 11);
    }
}
