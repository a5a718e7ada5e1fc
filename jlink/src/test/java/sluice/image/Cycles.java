package sluice.image;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The strongly connected components of a graph (Tarjan, "Depth-first search and linear graph algorithms", 1972). */
final class Cycles {
    private final Map<String, Set<String>> graph;
    private final Map<String, Integer> order = new HashMap<>();
    private final Map<String, Integer> low = new HashMap<>();
    private final Deque<String> stack = new ArrayDeque<>();
    private final List<Set<String>> found = new ArrayList<>();

    Cycles(Map<String, Set<String>> graph) {
        this.graph = graph;
    }

    /** Components of two and more, largest first. */
    List<Set<String>> find() {
        graph.keySet().stream().filter(node -> !order.containsKey(node)).forEach(this::visit);
        found.sort(Comparator.comparingInt((Set<String> cycle) -> cycle.size()).reversed());
        return found;
    }

    private void visit(String node) {
        order.put(node, order.size());
        low.put(node, order.get(node));
        stack.push(node);
        for (String next : graph.getOrDefault(node, Set.of())) {
            if (!graph.containsKey(next)) {
                continue;
            }
            if (!order.containsKey(next)) {
                visit(next);
                low.merge(node, low.get(next), Math::min);
            } else if (stack.contains(next)) {
                low.merge(node, order.get(next), Math::min);
            }
        }
        if (low.get(node).equals(order.get(node))) {
            Set<String> component = new TreeSet<>();
            String member;
            do {
                member = stack.pop();
                component.add(member);
            } while (!member.equals(node));
            if (component.size() > 1) {
                found.add(component);
            }
        }
    }
}
