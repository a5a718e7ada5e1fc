package sluice.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/admin.md} has every route of the admin port, each with an example, and none that there is not. */
class AdminDocumentTest {
    private static final Pattern ROUTE = Pattern.compile("\\.(get|post|put|delete)\\(\"(/[^\"]*)\"");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(GET|POST|PUT|DELETE) ([^`]+)` \\| ([^|]+) \\|");

    @Test
    void everyRouteIsThereWithAnExample() throws IOException {
        Set<String> routes = new TreeSet<>();
        for (String file : new String[] {"AdminApi", "KeyRoutes", "ClientRoutes"}) {
            Path source = Path.of("src/main/java/sluice/ops/" + file + ".java");
            if (Files.exists(source)) {
                ROUTE.matcher(Files.readString(source)).results()
                        .forEach(route -> routes.add(route.group(1).toUpperCase(java.util.Locale.ROOT) + " " + route.group(2)));
            }
        }
        assertTrue(routes.size() > 12, routes.toString());
        routes.addAll(Set.of("GET /health", "GET /health/live", "GET /health/ready"));
        String page = Files.readString(Path.of("../../docs/admin.md"));
        Set<String> listed = new TreeSet<>(Set.of("GET /dashboard.css", "GET /dashboard.js"));
        ROW.matcher(page).results().forEach(row -> {
            listed.add(row.group(1) + " " + row.group(2));
            assertTrue(!row.group(3).isBlank(), row.group());
        });
        assertEquals(routes, listed);
    }
}
