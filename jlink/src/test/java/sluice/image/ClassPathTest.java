package sluice.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A module's services are found on the class path as they are on the module path. */
class ClassPathTest {
    private static final Path MODULES = Path.of(System.getProperty("sluice.root"), "jlink", "target", "modules");

    @Test
    void everyServiceOfAModuleIsFoundOnTheClassPath() throws IOException, ClassNotFoundException {
        List<Path> jars;
        try (Stream<Path> files = Files.list(MODULES)) {
            jars = files.filter(file -> file.toString().endsWith(".jar")).toList();
        }
        List<URL> places = new ArrayList<>();
        for (Path jar : jars) {
            places.add(jar.toUri().toURL());
        }
        int services = 0;
        try (URLClassLoader loader = new URLClassLoader(places.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            for (ModuleReference module : ModuleFinder.of(MODULES).findAll()) {
                if (!module.descriptor().name().startsWith("sluice.")) {
                    continue;
                }
                for (ModuleDescriptor.Provides provided : module.descriptor().provides()) {
                    services++;
                    TreeSet<String> found = new TreeSet<>();
                    ServiceLoader.load(loader.loadClass(provided.service()), loader).stream()
                            .forEach(provider -> found.add(provider.type().getName()));
                    assertTrue(found.containsAll(provided.providers()), provided + " of " + module.descriptor().name() + ": " + found);
                }
            }
        }
        assertTrue(services > 20, "services: " + services);
    }

    @Test
    void nothingIsOnTheClassPathThatTheModuleDoesNotProvide() throws IOException {
        for (ModuleReference module : ModuleFinder.of(MODULES).findAll()) {
            if (module.descriptor().name().startsWith("sluice.")) {
                try (Stream<String> names = module.open().list()) {
                    TreeSet<String> listed = new TreeSet<>();
                    names.filter(name -> name.matches("META-INF/services/.+")).forEach(name -> listed.add(name.substring(18)));
                    TreeSet<String> provided = new TreeSet<>();
                    module.descriptor().provides().forEach(one -> provided.add(one.service()));
                    assertEquals(provided, listed, module.descriptor().name());
                }
            }
        }
    }
}
