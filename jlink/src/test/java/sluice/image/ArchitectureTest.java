package sluice.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassModel;
import java.lang.classfile.attribute.ModuleAttribute;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The walls of the house, as the class files have them. {@code docs/ARCHITECTURE.md} shows the graph of rooms; to write it anew there,
 * run this test with {@code -Dsluice.rooms=write}.
 */
class ArchitectureTest {
    private static final Path ROOT = Path.of(System.getProperty("sluice.root")).normalize();
    private static final Path PAGE = ROOT.resolve("docs/ARCHITECTURE.md");
    private static final String BEGIN = "```rooms\n";
    private static final String END = "```\n";
    /** A room is a story that can be held in mind. */
    private static final int PERCENT_OF_CODE = 10;
    private static final int LONGEST_CYCLE = 3;
    /** The server is the assembly and the command line alone. */
    private static final int SERVER_FILES = 25;

    /** Members that a library finds by their class: picocli makes the provider that an annotation names. */
    private static final Set<String> FOUND_BY_CLASS = Set.of("VersionCommand.Provider#<init>");

    private static Rooms rooms;

    @BeforeAll
    static void readClasses() throws IOException {
        rooms = Rooms.read(ROOT);
    }

    @Test
    void thePageShowsTheGraphOfRooms() throws IOException {
        StringBuilder graph = new StringBuilder();
        rooms.byName().values().stream().filter(room -> !room.name().equals("bench")).forEach(room -> graph.append(room.name())
                .append(room.requires().isEmpty() ? "" : " -> " + String.join(", ", room.requires())).append('\n'));
        String page = Files.readString(PAGE);
        int from = page.indexOf(BEGIN) + BEGIN.length();
        int to = page.indexOf(END, from);
        if ("write".equals(System.getProperty("sluice.rooms"))) {
            Files.writeString(PAGE, page.substring(0, from) + graph + page.substring(to));
            return;
        }
        assertEquals(graph.toString(), page.substring(from, to));
    }

    @Test
    void noRoomsFormACycle() {
        Map<String, Set<String>> graph = new TreeMap<>();
        for (Rooms.Room room : rooms.byName().values()) {
            Set<String> named = graph.computeIfAbsent(room.name(), name -> new TreeSet<>());
            References.graph(room.main()).values().stream().flatMap(Set::stream).map(type -> type.split("/")[1])
                    .filter(other -> !other.equals(room.name())).forEach(named::add);
        }
        assertEquals(List.of(), References.cycles(graph));
    }

    @Test
    void noClassesFormALongCycle() {
        List<String> tooLong = new ArrayList<>();
        rooms.byName().forEach((name, room) -> References.cycles(References.graph(room.main())).stream()
                .filter(cycle -> cycle.size() > LONGEST_CYCLE).forEach(cycle -> tooLong.add(name + ": " + cycle)));
        assertEquals(List.of(), tooLong);
    }

    @Test
    void noRoomIsLargerThanATenthOfTheCode() {
        Map<String, Rooms.Room> inUse = rooms.inUse().byName();
        long all = inUse.values().stream().mapToLong(Rooms.Room::lines).sum();
        assertEquals(List.of(), inUse.values().stream()
                .filter(room -> room.lines() * 100 > all * PERCENT_OF_CODE)
                .map(room -> room.name() + ": " + room.lines() + " of " + all + " lines").toList());
    }

    @Test
    void theServerIsAssemblyAndCommandLine() {
        int files = rooms.byName().get("server").sources();
        assertTrue(files <= SERVER_FILES, "files of the server: " + files);
    }

    @Test
    void everySettingIsReadOutsideOfTheConfiguration() {
        List<ClassModel> readers = rooms.byName().values().stream().filter(room -> !room.name().equals("config"))
                .flatMap(room -> room.main().stream()).toList();
        List<ClassModel> settings = Stream.of("config", "api").flatMap(room -> rooms.byName().get(room).main().stream())
                .filter(ArchitectureTest::isSettings).toList();
        Set<String> unread = new TreeSet<>();
        for (ClassModel model : settings) {
            String owner = model.thisClass().asInternalName();
            List<ClassModel> others = readers.stream()
                    .filter(reader -> !Rooms.outer(reader.thisClass().asInternalName()).equals(Rooms.outer(owner))).toList();
            Set<String> read = References.members(others).stream()
                    .filter(member -> member.owner().equals(owner)).map(References.Member::name).collect(Collectors.toSet());
            if (model.flags().has(AccessFlag.PUBLIC)) {
                model.findAttribute(Attributes.record()).ifPresent(record -> record.components().stream()
                        .map(component -> component.name().stringValue()).filter(name -> !read.contains(name))
                        .forEach(name -> unread.add(owner.substring(owner.lastIndexOf('/') + 1).replace('$', '.') + "#" + name)));
            }
        }
        assertEquals(Set.of(), unread);
    }

    private static boolean isSettings(ClassModel model) {
        String name = model.thisClass().asInternalName();
        return name.contains("Settings") || name.contains("Options") || name.contains("Account$");
    }

    @Test
    void everyMemberIsUsed() throws IOException {
        List<ClassModel> main = rooms.inUse().byName().values().stream().flatMap(room -> room.main().stream()).toList();
        List<ClassModel> all = new ArrayList<>(Rooms.classes(ROOT.resolve("jlink/target/test-classes")));
        rooms.byName().values().forEach(room -> {
            all.addAll(room.main());
            all.addAll(room.tests());
        });
        Set<String> unused = new UnusedMembers(main, all, providers()).find();
        unused.removeAll(FOUND_BY_CLASS);
        assertEquals(Set.of(), unused);
    }

    private static Set<String> providers() throws IOException {
        Set<String> providers = new HashSet<>();
        for (String room : rooms.byName().keySet()) {
            for (ClassModel model : Rooms.classes(ROOT.resolve("modules/" + room + "/target/classes"))) {
                if (model.isModuleInfo()) {
                    ModuleAttribute module = model.findAttribute(Attributes.module()).orElseThrow();
                    module.provides().stream().flatMap(provided -> provided.providesWith().stream()).map(ClassEntry::asInternalName)
                            .forEach(providers::add);
                }
            }
        }
        return providers;
    }
}
