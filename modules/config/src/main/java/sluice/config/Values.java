package sluice.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** All values of a configuration by their full path, such as {@code accounts[1].weight}. Confined to one thread. */
final class Values {
    private final Map<String, Value> values = new LinkedHashMap<>();
    private final Map<String, Integer> sizes = new LinkedHashMap<>();

    void put(String path, Value value) {
        values.put(path, value);
    }

    /** A list has {@code size} elements. */
    void putSize(String path, int size) {
        sizes.put(path, size);
    }

    /** How many elements a list has. */
    int size(String path) {
        return sizes.getOrDefault(path, 0);
    }

    boolean has(String path) {
        return values.containsKey(path);
    }

    Optional<Value> value(String path) {
        return Optional.ofNullable(values.get(path));
    }

    /** The line of a value; 0 if there is none. */
    int line(String path) {
        return value(path).map(Value::line).orElse(0);
    }

    /** A value of a certain type, if it is there and was right. */
    <T> Optional<T> find(String path, Class<T> type) {
        return value(path).map(Value::object).map(type::cast);
    }

    /** All values in the order in which they were read. */
    Map<String, Value> all() {
        return Collections.unmodifiableMap(values);
    }
}
