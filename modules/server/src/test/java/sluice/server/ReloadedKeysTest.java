package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.config.Configuration;
import sluice.config.ConfigurationLoader;
import sluice.config.LoadResult;

/**
 * Each key of the manual is marked *(restart)*, or a reload reads what it says: the test gives each key another value, sees which part
 * of the configuration changes by it, and looks whether that part is read on the way of a reload.
 */
class ReloadedKeysTest {
    private static final Path MANUAL = Path.of("../../docs/configuration.md");
    private static final Pattern ROW = Pattern.compile("\\| `([a-z0-9.\\[\\]-]+)` \\| ([^|]+) \\| ([^|]+) \\| (.+) \\|");
    private static final Pattern RANGE = Pattern.compile("([^ ]+)\\.\\.([^ ]+)( or .*)?");
    /** Where a reload begins, and what reads the configuration in force later on. */
    private static final List<String> ROOTS = List.of("Reloader.reload", "Reloader.interval", "GatewayProcess.drain",
            "Gateway.handle", "ClientSocket.sweep", "Assembly.putInForce");

    @TempDir
    private Path folder;

    private Configuration load(Map<String, String> changed) throws IOException {
        for (String file : List.of("cert", "key", "ca", "other", "prices")) {
            Files.writeString(folder.resolve(file), file.equals("prices") ? "{\"gpt-9\":{\"mode\":\"chat\",\"input_cost_per_token\":1e-6,"
                    + "\"output_cost_per_token\":2e-6}}" : "x");
        }
        Map<String, Object> root = new LinkedHashMap<>();
        Map<String, String> given = new LinkedHashMap<>(Map.of("server.tls.cert", "cert", "server.tls.key", "key",
                "clients[].name", "c", "clients[].key", "k", "teams[].name", "t", "accounts[].name", "a",
                "accounts[].base-url", "\"http://127.0.0.1:9/v1\"", "accounts[].api-key", "k", "accounts[].models[].from", "m",
                "usage.prices[].model", "m"));
        given.put("server.trusted-proxies", "192.0.2.1");
        given.put("server.admin.tls.cert", "cert");
        given.put("server.admin.tls.key", "key");
        given.putAll(changed);
        given.forEach((key, value) -> put(root, key, value));
        return new ConfigurationLoader(Map.of(), 8L << 30).parse("test", root.toString().replace("=", ": "), folder)
                instanceof LoadResult.Loaded loaded ? loaded.configuration() : null;
    }

    @SuppressWarnings("unchecked") // written here
    private static void put(Map<String, Object> table, String key, String value) {
        int dot = key.indexOf('.');
        String first = dot < 0 ? key : key.substring(0, dot);
        if (dot < 0) {
            table.put(first, value);
        } else if (first.endsWith("[]")) {
            List<Object> list = (List<Object>) table.computeIfAbsent(first.substring(0, first.length() - 2), name -> new ArrayList<>());
            if (list.isEmpty()) {
                list.add(new LinkedHashMap<String, Object>());
            }
            put((Map<String, Object>) list.getFirst(), key.substring(dot + 1), value);
        } else {
            put((Map<String, Object>) table.computeIfAbsent(first, name -> new LinkedHashMap<String, Object>()),
                    key.substring(dot + 1), value);
        }
    }

    /** Values that may fit a key, by the words that the manual has for its type. */
    private static List<String> candidates(String key, String words) {
        Matcher range = RANGE.matcher(words.substring(words.lastIndexOf(' ', Math.max(0, words.indexOf(".."))) + 1));
        List<String> values = new ArrayList<>();
        if (range.find()) {
            values.addAll(List.of(range.group(1), range.group(2)));
        }
        values.addAll(List.of(words.split(", ")));
        values.addAll(List.of("true", "false", "other", "1", "7", "0.5", "1m", "10s", "1MiB", "2MiB", "off", "t",
                "127.0.0.2", "10.0.0.0/8", "Europe/Berlin", "2099-01-01", "prices", "[\"http://a.example\"]", "drop-item-ids",
                "\"http://127.0.0.2:9/v1\"", "\"http://127.0.0.2:9\"", "{x-a: b}", "\"a\\x3db\"", "{a: {b: c}}", "m2", "/other",
                "header api-key",
                "a".repeat(64)));
        return values;
    }

    private Set<String> changedBy(String key, String words, Map<String, String> beside) throws IOException {
        Configuration base = load(beside);
        Map<String, String> with = new LinkedHashMap<>(beside);
        for (String value : candidates(key, words)) {
            with.put(key, value);
            Configuration changed = load(with);
            if (changed != null) {
                Set<String> parts = new TreeSet<>();
                compare(base, changed, parts);
                if (!parts.isEmpty()) {
                    return parts;
                }
            }
        }
        throw new AssertionError("no value was found that changes " + key + " (" + words + ")");
    }

    private static void compare(Object one, Object other, Set<String> parts) {
        if (!one.equals(other) && one.getClass().isRecord() && one.getClass() == other.getClass()) {
            for (RecordComponent component : one.getClass().getRecordComponents()) {
                Object left = read(component, one);
                Object right = read(component, other);
                int before = parts.size();
                within(left, right, parts);
                if (!left.equals(right) && parts.size() == before) {
                    parts.add(one.getClass().getName().replace('.', '/') + '.' + component.getName());
                }
            }
        }
    }

    private static void within(Object left, Object right, Set<String> parts) {
        if (left instanceof Optional<?> a && right instanceof Optional<?> b && a.isPresent() && b.isPresent()) {
            compare(a.get(), b.get(), parts);
        } else if (left instanceof List<?> a && right instanceof List<?> b && a.size() == b.size()) {
            for (int i = 0; i < a.size(); i++) {
                compare(a.get(i), b.get(i), parts);
            }
        } else {
            compare(left, right, parts);
        }
    }

    private static Object read(RecordComponent component, Object record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aKeyIsReadByAReloadOrMarkedAsNeedingARestart() throws IOException {
        List<Path> classes;
        try (Stream<Path> modules = Files.list(Path.of(".."))) {
            classes = modules.map(module -> module.resolve("target/classes")).filter(Files::isDirectory).toList();
        }
        Set<String> read = new CallGraph(classes).reachableFrom(ROOTS);
        Set<String> none = new TreeSet<>();
        compare(load(Map.of()), load(Map.of()), none);
        assertEquals(Set.of(), none, "the same file means the same");
        List<String> deaf = new ArrayList<>();
        int keys = 0;
        for (String line : Files.readAllLines(MANUAL)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                keys++;
                Set<String> parts = changedBy(row.group(1), row.group(2),
                        row.group(1).startsWith("usage.keep-") ? Map.of("modules.usage", "sqlite") : Map.of());
                if (!row.group(4).contains("*(restart)*") && parts.stream().noneMatch(read::contains)) {
                    deaf.add(row.group(1) + " changes " + parts);
                }
            }
        }
        assertTrue(keys > 150, "rows of the manual: " + keys);
        assertEquals(List.of(), deaf, "neither read by a reload nor marked *(restart)*");
    }
}
