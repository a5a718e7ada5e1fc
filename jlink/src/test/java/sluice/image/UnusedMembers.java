package sluice.image;

import java.lang.classfile.Attributes;
import java.lang.classfile.AttributedElement;
import java.lang.classfile.ClassModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.reflect.AccessFlag;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Members of main code that no class file names: neither those of main code nor those of tests.
 *
 * <p>Not looked at: private members (the compiler sees them); constants, whose values are copied into those who use them; what the
 * language makes (enum constants and their methods, accessors of records); what has an annotation, for then a library finds it; and
 * what overrides or may override a method of somebody else's type.
 */
final class UnusedMembers {
    private final Map<String, ClassModel> main = new HashMap<>();
    /** By class: itself, what it extends and implements, and what extends and implements it, as far as these are ours. */
    private final Map<String, Set<String>> kin = new HashMap<>();
    private final Set<References.Member> used;
    private final Set<String> providers;

    /**
     * What is looked at, and by whom it may be used.
     *
     * @param providers internal names of classes that services name
     */
    UnusedMembers(Collection<ClassModel> main, Collection<ClassModel> all, Set<String> providers) {
        main.forEach(model -> this.main.put(model.thisClass().asInternalName(), model));
        this.providers = providers;
        used = References.members(all);
        for (ClassModel model : all) {
            String name = model.thisClass().asInternalName();
            for (String ancestor : ancestors(model, all)) {
                kin.computeIfAbsent(name, key -> new HashSet<>()).add(ancestor);
                kin.computeIfAbsent(ancestor, key -> new HashSet<>()).add(name);
            }
        }
    }

    /** Their names, {@code Class#member}, nested classes with their outer ones; in order. */
    Set<String> find() {
        Set<String> unused = new TreeSet<>();
        for (ClassModel model : main.values()) {
            String owner = model.thisClass().asInternalName();
            String shown = owner.substring(owner.lastIndexOf('/') + 1).replace('$', '.');
            model.methods().stream().filter(method -> matters(model, method) && !isUsed(owner, method))
                    .forEach(method -> unused.add(shown + "#" + method.methodName().stringValue()));
            model.fields().stream().filter(field -> matters(model, field) && !isUsed(owner, field.fieldName().stringValue(),
                    field.fieldType().stringValue())).forEach(field -> unused.add(shown + "#" + field.fieldName().stringValue()));
        }
        return unused;
    }

    private boolean matters(ClassModel model, MethodModel method) {
        Set<AccessFlag> flags = method.flags().flags();
        String name = method.methodName().stringValue();
        String type = method.methodType().stringValue();
        if (flags.contains(AccessFlag.PRIVATE) || Rooms.isSynthetic(flags) || isAnnotated(method) || name.equals("<clinit>")
                || name.equals("main")) {
            return false;
        }
        boolean isEnum = model.flags().has(AccessFlag.ENUM);
        if (isEnum && (name.equals("values") || name.equals("valueOf") || name.equals("<init>"))) {
            return false;
        }
        boolean isRecord = model.findAttribute(Attributes.record()).isPresent();
        if (isRecord && (name.equals("<init>") || type.startsWith("()") && isComponent(model, name))) {
            return false;
        }
        String owner = model.thisClass().asInternalName();
        if (name.equals("<init>")) {
            return !providers.contains(owner) && !isAnnotated(model);
        }
        // a service's static provider method, and what a supertype of somebody else asks for
        return !(providers.contains(owner) && name.equals("provider")) && !overridesForeign(model, name);
    }

    private boolean matters(ClassModel model, FieldModel field) {
        Set<AccessFlag> flags = field.flags().flags();
        boolean isConstant = field.findAttribute(Attributes.constantValue()).isPresent();
        return !flags.contains(AccessFlag.PRIVATE) && !flags.contains(AccessFlag.ENUM) && !Rooms.isSynthetic(flags) && !isConstant
                && !isAnnotated(field);
    }

    private static boolean isComponent(ClassModel model, String name) {
        return model.findAttribute(Attributes.record()).orElseThrow().components().stream()
                .anyMatch(component -> component.name().stringValue().equals(name));
    }

    private static boolean isAnnotated(AttributedElement element) {
        return element.findAttribute(Attributes.runtimeVisibleAnnotations()).isPresent();
    }

    private boolean isUsed(String owner, MethodModel method) {
        String name = method.methodName().stringValue();
        return isUsed(owner, name, method.methodType().stringValue());
    }

    private boolean isUsed(String owner, String name, String type) {
        return used.contains(new References.Member(owner, name, type))
                || !name.equals("<init>") && kin.getOrDefault(owner, Set.of()).stream()
                        .anyMatch(relative -> used.contains(new References.Member(relative, name, type)) || throughBridge(relative, name));
    }

    /** A generic supertype is called by another descriptor than the one that implements it; names must do there. */
    private boolean throughBridge(String relative, String name) {
        return main.containsKey(relative) && main.get(relative).findAttribute(Attributes.signature()).isPresent()
                && used.stream().anyMatch(member -> member.owner().equals(relative) && member.name().equals(name));
    }

    private boolean overridesForeign(ClassModel model, String name) {
        return Stream.concat(Stream.of(model.thisClass().asInternalName()),
                        kin.getOrDefault(model.thisClass().asInternalName(), Set.of()).stream())
                .filter(main::containsKey).flatMap(type -> supertypes(main.get(type))).filter(type -> !type.startsWith("sluice/"))
                .anyMatch(type -> declares(type, name));
    }

    /** Whether somebody else's type has a method of that name; a type that cannot be loaded here may have any. */
    private static boolean declares(String type, String name) {
        try {
            Class<?> loaded = Class.forName(type.replace('/', '.'), false, UnusedMembers.class.getClassLoader());
            for (Class<?> at = loaded; at != null; at = at.getSuperclass()) {
                if (Stream.of(at.getDeclaredMethods()).anyMatch(method -> method.getName().equals(name))) {
                    return true;
                }
            }
            return Stream.of(loaded.getMethods()).anyMatch(method -> method.getName().equals(name));
        } catch (ClassNotFoundException | LinkageError e) {
            return true;
        }
    }

    private static Stream<String> supertypes(ClassModel model) {
        return Stream.concat(model.superclass().stream(), model.interfaces().stream()).map(ClassEntry::asInternalName);
    }

    private static Set<String> ancestors(ClassModel model, Collection<ClassModel> all) {
        Map<String, ClassModel> byName = new HashMap<>();
        all.forEach(one -> byName.put(one.thisClass().asInternalName(), one));
        Set<String> ancestors = new HashSet<>();
        List<String> next = supertypes(model).toList();
        while (!next.isEmpty()) {
            next = next.stream().filter(type -> type.startsWith("sluice/") && ancestors.add(type)).filter(byName::containsKey)
                    .flatMap(type -> supertypes(byName.get(type))).toList();
        }
        return ancestors;
    }
}
