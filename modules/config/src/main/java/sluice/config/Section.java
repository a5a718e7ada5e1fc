package sluice.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import sluice.api.Secret;

/** The values below one path, as what they are. Only for values that were right. Confined to one thread. */
record Section(Values values, String path) {
    private String full(String name) {
        return path.isEmpty() ? name : path + '.' + name;
    }

    private <T> T get(String name, Class<T> type) {
        return values.find(full(name), type)
                .orElseThrow(() -> new IllegalStateException(full(name) + " has neither a value nor a default"));
    }

    Section inner(String name) {
        return new Section(values, full(name));
    }

    /** The elements of a list. */
    Stream<Section> each(String name) {
        return IntStream.range(0, values.size(full(name))).mapToObj(i -> new Section(values, full(name) + '[' + i + ']'));
    }

    boolean flag(String name) {
        return get(name, Boolean.class);
    }

    int whole(String name) {
        return Math.toIntExact(get(name, Long.class));
    }

    long large(String name) {
        return get(name, Long.class);
    }

    double decimal(String name) {
        return get(name, Double.class);
    }

    double decimal(String name, double fallback) {
        return values.find(full(name), Double.class).orElse(fallback);
    }

    Duration duration(String name) {
        return get(name, Duration.class);
    }

    Duration duration(String name, Duration fallback) {
        return values.find(full(name), Duration.class).orElse(fallback);
    }

    String text(String name) {
        return get(name, String.class);
    }

    String text(String name, String fallback) {
        return values.find(full(name), String.class).orElse(fallback);
    }

    /** {@code first-output} as {@code FIRST_OUTPUT}. */
    <E extends Enum<E>> E choice(String name, Class<E> type) {
        return Enum.valueOf(type, text(name).replace('-', '_').toUpperCase(Locale.ROOT));
    }

    Secret secret(String name) {
        return values.find(full(name), Secret.class).orElse(new Secret(""));
    }

    URI uri(String name) {
        return get(name, URI.class);
    }

    Optional<URI> optionalUri(String name) {
        return values.find(full(name), URI.class);
    }

    Optional<Path> file(String name) {
        return values.find(full(name), Path.class);
    }

    Optional<Instant> moment(String name) {
        return values.find(full(name), Instant.class);
    }

    @SuppressWarnings("unchecked") // written by ValueType.texts
    List<String> texts(String name) {
        return values.find(full(name), List.class).orElse(List.of());
    }

    @SuppressWarnings("unchecked") // written by ValueType's tables
    <V> Map<String, V> table(String name) {
        return values.find(full(name), Map.class).orElse(Map.of());
    }
}
