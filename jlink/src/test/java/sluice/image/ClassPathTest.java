package sluice.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A module's services are found on the class path as they are on the module path. */
class ClassPathTest {
    /** Of the jars that the build made. */
    private static Set<ModuleReference> modules() throws IOException {
        try (Stream<Path> files = Files.find(Path.of(System.getProperty("sluice.root"), "modules"), 3, (file, attributes) ->
                file.getFileName().toString().matches("sluice-.*\\.jar"))) {
            return ModuleFinder.of(files.toArray(Path[]::new)).findAll();
        }
    }

    @Test
    void everyServiceOfAModuleIsFoundOnTheClassPath() throws IOException, ClassNotFoundException {
        int services = 0;
        for (ModuleReference module : modules()) {
            for (ModuleDescriptor.Provides provided : module.descriptor().provides()) {
                services++;
                TreeSet<String> found = new TreeSet<>();
                ServiceLoader.load(Class.forName(provided.service())).stream().forEach(provider -> found.add(provider.type().getName()));
                assertTrue(found.containsAll(provided.providers()), provided + " of " + module.descriptor().name() + ": " + found);
            }
        }
        assertTrue(services > 20, "services: " + services);
    }

    @Test
    void nothingIsOnTheClassPathThatTheModuleDoesNotProvide() throws IOException {
        for (ModuleReference module : modules()) {
            try (ModuleReader reader = module.open(); Stream<String> names = reader.list()) {
                TreeSet<String> listed = new TreeSet<>();
                names.filter(name -> name.matches("META-INF/services/.+")).forEach(name -> listed.add(name.substring(18)));
                TreeSet<String> provided = new TreeSet<>();
                module.descriptor().provides().forEach(one -> provided.add(one.service()));
                assertEquals(provided, listed, module.descriptor().name());
            }
        }
    }
}
