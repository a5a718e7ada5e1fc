package sluice.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.parser.Parser;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Reads YAML into {@link YamlNode}s: only its syntax, with anchors, aliases and {@code <<} merges, none of its types (decision
 * 0050). Confined to one thread.
 */
final class YamlFile {
    /** Far deeper than any key; stops a file that contains itself. */
    private static final int MAX_DEPTH = 32;
    /** Stops a file of aliases that multiply. */
    private static final int MAX_NODES = 200_000;
    /** Of each value its key, its beginning and its end. */
    private static final int EVENTS_OF_A_NODE = 3;
    /** What a value takes while a file is read, at most and beside the gateway's own work: a small heap has room for fewer. */
    private static final int HEAP_BYTES_OF_A_NODE = 2048;

    /** No value is as long. What reads YAML copies a line again for each kilobyte of it: one of 16 MiB would take a minute. */
    private static final int MAX_LINE = 1 << 20;

    private final int maxNodes;
    private final Problems problems;
    private int nodes;

    private YamlFile(int maxNodes, Problems problems) {
        this.maxNodes = maxNodes;
        this.problems = problems;
    }

    /**
     * The root table; an empty one if the file is empty or broken, which is then among the problems.
     *
     * @param heapBytes most memory of Java's heap
     */
    static YamlNode.Table read(String yaml, long heapBytes, Problems problems) {
        int maxNodes = (int) Math.min(MAX_NODES, heapBytes / HEAP_BYTES_OF_A_NODE);
        OptionalInt tooLong = tooLongLine(yaml);
        if (tooLong.isPresent()) {
            problems.error("", tooLong.getAsInt(), "has a line of more than " + MAX_LINE + " characters");
            return new YamlNode.Table(Map.of(), 1);
        }
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(Integer.MAX_VALUE);
        try {
            Bounded parser = new Bounded(new ParserImpl(new Places(yaml), options), maxNodes);
            Node root = new Composer(parser, new Resolver(), options).getSingleNode();
            if (root == null) {
                return new YamlNode.Table(Map.of(), 1);
            }
            YamlNode node = new YamlFile(maxNodes, problems).convert(root, "", 0);
            if (node instanceof YamlNode.Table table) {
                return table;
            }
            if (!YamlNode.isNothing(node)) {
                problems.error("", node.line(), "must be a table of keys, such as `accounts:`");
            }
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine() + 1;
            int column = e.getProblemMark() == null ? 0 : e.getProblemMark().getColumn() + 1;
            problems.error("", line, "is not YAML: " + e.getProblem() + " (column " + column + ")");
        } catch (YAMLException e) {
            problems.error("", 0, "is not YAML: " + e.getMessage().lines().findFirst().orElse("unreadable"));
        }
        return new YamlNode.Table(Map.of(), 1);
    }

    private static OptionalInt tooLongLine(String yaml) {
        int line = 1;
        int from = 0;
        for (int end = yaml.indexOf('\n'); end >= 0 && end - from <= MAX_LINE; end = yaml.indexOf('\n', from)) {
            from = end + 1;
            line++;
        }
        int end = yaml.indexOf('\n', from);
        return (end < 0 ? yaml.length() : end) - from > MAX_LINE ? OptionalInt.of(line) : OptionalInt.empty();
    }

    /** Lines and columns without the text around them, which every value would keep in memory. */
    private static final class Places extends StreamReader {
        private static final int[] NO_TEXT = {};

        Places(String yaml) {
            super(yaml);
        }

        @Override
        public Mark getMark() {
            return new Mark("", getIndex(), getLine(), getColumn(), NO_TEXT, 0);
        }
    }

    /** Ends where there is more than any configuration has. */
    private static final class Bounded implements Parser {
        private final Parser parser;
        private final int maxNodes;
        private int events;

        Bounded(Parser parser, int maxNodes) {
            this.parser = parser;
            this.maxNodes = maxNodes;
        }

        @Override
        public boolean checkEvent(Event.ID choice) {
            return parser.checkEvent(choice);
        }

        @Override
        public Event peekEvent() {
            return parser.peekEvent();
        }

        @Override
        public Event getEvent() {
            Event event = parser.getEvent();
            if (++events > EVENTS_OF_A_NODE * maxNodes) {
                throw new YAMLException("it has more than " + maxNodes + " values; the last one read is in line "
                        + (event.getStartMark().getLine() + 1));
            }
            return event;
        }
    }

    private YamlNode convert(Node node, String path, int depth) {
        int line = node.getStartMark().getLine() + 1;
        if (depth > MAX_DEPTH || ++nodes > maxNodes) {
            throw new YAMLException("nested or repeated too often, at " + path + ", line " + line);
        }
        return switch (node) {
            case ScalarNode scalar -> new YamlNode.Scalar(scalar.getValue(), scalar.isPlain(), line);
            case SequenceNode list -> {
                List<YamlNode> items = new ArrayList<>();
                for (Node item : list.getValue()) {
                    items.add(convert(item, path + '[' + items.size() + ']', depth + 1));
                }
                yield new YamlNode.Listing(items, line);
            }
            case MappingNode table -> table(table, path, depth, line);
            default -> throw new YAMLException("unexpected " + node.getNodeId() + ", line " + line);
        };
    }

    private YamlNode table(MappingNode table, String path, int depth, int line) {
        Map<String, YamlNode> own = new LinkedHashMap<>();
        Map<String, YamlNode> merged = new LinkedHashMap<>();
        for (NodeTuple tuple : table.getValue()) {
            int keyLine = tuple.getKeyNode().getStartMark().getLine() + 1;
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                problems.error(path, keyLine, "has a key that is not a text");
                continue;
            }
            String name = key.getValue();
            YamlNode value = convert(tuple.getValueNode(), path.isEmpty() ? name : path + '.' + name, depth + 1);
            if ("<<".equals(name)) {
                merge(value, merged, path);
            } else if (own.put(name, value) != null) {
                problems.error(path.isEmpty() ? name : path + '.' + name, keyLine, "is there twice; keep one");
            }
        }
        merged.forEach(own::putIfAbsent);
        return new YamlNode.Table(own, line);
    }

    private void merge(YamlNode value, Map<String, YamlNode> merged, String path) {
        switch (value) {
            case YamlNode.Table table -> table.members().forEach(merged::putIfAbsent);
            case YamlNode.Listing list -> list.items().forEach(item -> merge(item, merged, path));
            case YamlNode.Scalar scalar -> problems.error(path, scalar.line(), "merges (<<) something that is not a table");
        }
    }
}
