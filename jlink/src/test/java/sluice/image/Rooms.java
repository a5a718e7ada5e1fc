package sluice.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.attribute.ModuleAttribute;
import java.lang.classfile.attribute.ModuleRequireInfo;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The modules of the source tree as they were compiled: a room is a module with its one package. Read from class files by
 * {@code java.lang.classfile}, so that what the compiler saw is what is judged.
 */
record Rooms(Map<String, Room> byName) {
    /** Main code that nobody runs with the gateway. */
    private static final Set<String> BESIDE = Set.of("bench", "testkit");

    /**
     * One module.
     *
     * @param requires rooms that its descriptor requires
     * @param lines of its main code
     * @param sources how many files these are in
     * @param main its classes
     * @param tests classes of its tests
     */
    record Room(String name, Set<String> requires, long lines, int sources, List<ClassModel> main, List<ClassModel> tests) { }

    static Rooms read(Path root) throws IOException {
        Map<String, Room> rooms = new TreeMap<>();
        try (Stream<Path> modules = Files.list(root.resolve("modules"))) {
            for (Path module : modules.filter(folder -> Files.isDirectory(folder.resolve("src/main/java"))).toList()) {
                String name = module.getFileName().toString();
                rooms.put(name, room(name, module));
            }
        }
        return new Rooms(rooms);
    }

    /** Those that the gateway or its commands run. */
    Rooms inUse() {
        Map<String, Room> rooms = new TreeMap<>(byName);
        rooms.keySet().removeAll(BESIDE);
        return new Rooms(rooms);
    }

    private static Room room(String name, Path module) throws IOException {
        List<ClassModel> main = classes(module.resolve("target/classes"));
        Set<String> requires = new TreeSet<>();
        for (ClassModel descriptor : main.stream().filter(ClassModel::isModuleInfo).toList()) {
            ModuleAttribute attribute = descriptor.findAttribute(java.lang.classfile.Attributes.module()).orElseThrow();
            attribute.requires().stream().map(ModuleRequireInfo::requires).map(required -> required.name().stringValue())
                    .filter(required -> required.startsWith("sluice.")).forEach(required -> requires.add(required.substring(7)));
        }
        List<Path> sources = files(module.resolve("src/main/java"), ".java");
        long lines = 0;
        for (Path source : sources) {
            lines += Files.readAllLines(source).size();
        }
        return new Room(name, requires, lines, sources.size(), main.stream().filter(model -> !model.isModuleInfo()).toList(),
                classes(module.resolve("target/test-classes")));
    }

    static List<ClassModel> classes(Path folder) throws IOException {
        List<ClassModel> models = new ArrayList<>();
        for (Path file : Files.isDirectory(folder) ? files(folder, ".class") : List.<Path>of()) {
            models.add(ClassFile.of().parse(file));
        }
        return models;
    }

    private static List<Path> files(Path folder, String ending) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The name of the outermost class that {@code internalName} stands in: nested classes are part of it. */
    static String outer(String internalName) {
        int dollar = internalName.indexOf('$');
        return dollar < 0 ? internalName : internalName.substring(0, dollar);
    }

    static boolean isSynthetic(Set<AccessFlag> flags) {
        return flags.contains(AccessFlag.SYNTHETIC) || flags.contains(AccessFlag.BRIDGE);
    }
}
