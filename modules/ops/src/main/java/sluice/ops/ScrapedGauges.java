package sluice.ops;

import io.helidon.metrics.api.Meter;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.MetricsFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** Gauges that come and go with what they tell of, read from one look for each scrape. Thread-safe. */
final class ScrapedGauges {
    /**
     * A gauge and its value now.
     *
     * @param labels names and values in turn
     */
    record Reading(String name, String description, List<String> labels, double value) {
        private Key key() {
            return new Key(name, labels);
        }
    }

    private record Key(String name, List<String> labels) { }

    private final MetricsFactory factory;
    private final MeterRegistry registry;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Key, Meter> meters = new HashMap<>();
    private volatile Map<Key, Double> latest = Map.of();

    ScrapedGauges(MetricsFactory factory, MeterRegistry registry) {
        this.factory = factory;
        this.registry = registry;
    }

    /** These are the values now; what is not among them is gone. */
    void refresh(List<Reading> readings) {
        lock.lock();
        try {
            Map<Key, Double> values = new HashMap<>();
            readings.forEach(reading -> values.put(reading.key(), reading.value()));
            latest = Map.copyOf(values);
            meters.entrySet().removeIf(entry -> {
                if (!values.containsKey(entry.getKey())) {
                    registry.remove(entry.getValue());
                    return true;
                }
                return false;
            });
            readings.forEach(reading -> meters.computeIfAbsent(reading.key(), key -> register(reading, key)));
        } finally {
            lock.unlock();
        }
    }

    private Meter register(Reading reading, Key key) {
        var builder = factory.gaugeBuilder(reading.name(), () -> latest.getOrDefault(key, 0.0)).description(reading.description());
        for (int i = 0; i < key.labels().size(); i += 2) {
            builder = builder.addTag(factory.tagCreate(key.labels().get(i), key.labels().get(i + 1)));
        }
        return registry.getOrCreate(builder);
    }
}
