package sluice.image;

import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.MethodTypeEntry;
import java.lang.classfile.constantpool.NameAndTypeEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Who names whom in class files. */
final class References {
    private static final Pattern OURS = Pattern.compile("sluice/[\\w/$]+");

    private References() {
    }

    /** A member as a class file names it. */
    record Member(String owner, String name, String type) { }

    /** All members that {@code models} call, read or write, also by a method reference. */
    static Set<Member> members(Collection<ClassModel> models) {
        Set<Member> members = new HashSet<>();
        for (ClassModel model : models) {
            for (PoolEntry entry : model.constantPool()) {
                if (entry instanceof MemberRefEntry member) {
                    members.add(new Member(member.owner().asInternalName(), member.name().stringValue(), member.type().stringValue()));
                }
            }
        }
        return members;
    }

    /** Outer classes of ours, each with those that it names: in code, in signatures, in annotations that are kept. */
    static Map<String, Set<String>> graph(Collection<ClassModel> models) {
        Map<String, Set<String>> graph = new TreeMap<>();
        for (ClassModel model : models) {
            String from = Rooms.outer(model.thisClass().asInternalName());
            Set<String> named = graph.computeIfAbsent(from, name -> new TreeSet<>());
            for (PoolEntry entry : model.constantPool()) {
                switch (entry) {
                    case ClassEntry type -> add(type.asInternalName(), named);
                    case NameAndTypeEntry member -> add(member.type().stringValue(), named);
                    case MethodTypeEntry type -> add(type.descriptor().stringValue(), named);
                    default -> { }
                }
            }
            model.fields().forEach(field -> add(field.fieldType().stringValue(), named));
            model.methods().forEach(method -> add(method.methodType().stringValue(), named));
            named.remove(from);
        }
        return graph;
    }

    private static void add(String text, Set<String> named) {
        Matcher matcher = OURS.matcher(text);
        while (matcher.find()) {
            named.add(Rooms.outer(matcher.group()));
        }
    }

    /** Sets of classes that each reach all others of the set, largest first; only sets of two and more (Tarjan's algorithm). */
    static List<Set<String>> cycles(Map<String, Set<String>> graph) {
        return new Cycles(graph).find();
    }
}
