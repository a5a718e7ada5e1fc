package sluice.server;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ConstantDesc;
import java.lang.constant.DirectMethodHandleDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Who calls whom in the compiled modules. A call of an overridden method may go to each method that overrides it, and who makes a lambda
 * may call it, so the graph knows more calls than there are, and no fewer.
 */
final class CallGraph {
    private final Map<String, Set<String>> calls = new HashMap<>();
    private final Map<String, Set<String>> subtypes = new HashMap<>();
    private final Map<String, Set<String>> supertypes = new HashMap<>();

    /** Of all classes below the folders. */
    CallGraph(List<Path> folders) throws IOException {
        for (Path folder : folders) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
                    read(ClassFile.of().parse(file));
                }
            }
        }
    }

    private void read(ClassModel model) {
        String name = model.thisClass().asInternalName();
        List<String> above = new ArrayList<>();
        model.superclass().ifPresent(entry -> above.add(entry.asInternalName()));
        model.interfaces().forEach(entry -> above.add(entry.asInternalName()));
        for (String one : above) {
            subtypes.computeIfAbsent(one, key -> new HashSet<>()).add(name);
            supertypes.computeIfAbsent(name, key -> new HashSet<>()).add(one);
        }
        for (MethodModel method : model.methods()) {
            Set<String> called = new HashSet<>();
            method.code().ifPresent(code -> code.forEach(element -> called(element, called)));
            calls.put(name + '.' + method.methodName().stringValue() + method.methodType().stringValue(), called);
        }
    }

    private static void called(CodeElement element, Set<String> called) {
        if (element instanceof InvokeInstruction call) {
            called.add(call.owner().asInternalName() + '.' + call.name().stringValue() + call.type().stringValue());
        } else if (element instanceof InvokeDynamicInstruction made) {
            for (ConstantDesc argument : made.bootstrapArgs()) {
                if (argument instanceof DirectMethodHandleDesc handle && handle.lookupDescriptor().startsWith("(")) {
                    String owner = handle.owner().descriptorString();
                    called.add(owner.substring(1, owner.length() - 1) + '.' + handle.methodName() + handle.lookupDescriptor());
                }
            }
        }
    }

    /** All methods that may be called once one of these is, as {@code package/Class.name}; roots without their package. */
    Set<String> reachableFrom(List<String> roots) {
        Set<String> seen = new HashSet<>();
        Deque<String> open = new ArrayDeque<>();
        for (String root : roots) {
            List<String> found = calls.keySet().stream().filter(method -> method.contains('/' + root + '(')).toList();
            if (found.isEmpty()) {
                throw new IllegalArgumentException("there is no method " + root);
            }
            open.addAll(found);
        }
        while (!open.isEmpty()) {
            String method = open.remove();
            if (seen.add(method)) {
                calls.getOrDefault(method, Set.of()).forEach(call -> targets(call, open));
            }
        }
        Set<String> names = new HashSet<>();
        seen.forEach(method -> names.add(method.substring(0, method.indexOf('('))));
        return names;
    }

    private void targets(String call, Deque<String> open) {
        int dot = call.indexOf('.');
        String owner = call.substring(0, dot);
        String rest = call.substring(dot);
        if (!owner.startsWith("sluice/")) {
            return;
        }
        open.add(call);
        each(owner, subtypes, type -> open.add(type + rest));
        each(owner, supertypes, type -> open.add(type + rest));
    }

    private static void each(String type, Map<String, Set<String>> relation, java.util.function.Consumer<String> taker) {
        for (String next : relation.getOrDefault(type, Set.of())) {
            taker.accept(next);
            each(next, relation, taker);
        }
    }
}
