package sluice.ops;

import io.helidon.metrics.api.Meter;
import io.helidon.metrics.api.Tag;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * What tells one meter from all others. Immutable and thread-safe.
 *
 * @param name its name, as it is shown
 * @param labels its labels, by name
 */
record MeterIdentity(String name, List<Label> labels) implements Meter.Id {
    /** A label with its value. */
    record Label(String key, String value) implements Tag {
        @Override
        public <R> R unwrap(Class<? extends R> type) {
            return type.cast(this);
        }
    }

    MeterIdentity {
        labels = labels.stream().sorted(Comparator.comparing(Label::key)).toList();
    }

    static MeterIdentity of(String name, Map<String, String> labels) {
        return new MeterIdentity(name, labels.entrySet().stream().map(e -> new Label(e.getKey(), e.getValue())).toList());
    }

    static MeterIdentity of(String name, Iterable<Tag> tags) {
        return new MeterIdentity(name, StreamSupport.stream(tags.spliterator(), false)
                .map(tag -> new Label(tag.key(), tag.value())).toList());
    }

    @Override
    public Iterable<Tag> tags() {
        return List.copyOf(labels);
    }
}
