package sluice.ops;

import io.helidon.config.Config;
import io.helidon.metrics.api.MetricsConfig;
import io.helidon.metrics.api.MetricsFactory;
import io.helidon.metrics.spi.MetersProvider;
import io.helidon.metrics.spi.MetricsFactoryProvider;
import java.util.Collection;

/** Makes {@link StripedMetrics} what Helidon measures with. Thread-safe. */
public final class StripedMetricsProvider implements MetricsFactoryProvider {
    /** For the service loader. */
    public StripedMetricsProvider() {
        // nothing to set up
    }

    @Override
    public MetricsFactory create(Config root, MetricsConfig configuration, Collection<MetersProvider> meters) {
        StripedMetrics metrics = new StripedMetrics(configuration);
        meters.forEach(provider -> provider.meterBuilders(metrics).forEach(builder -> register(metrics, builder)));
        return metrics;
    }

    private static void register(StripedMetrics metrics, io.helidon.metrics.api.Meter.Builder<?, ?> builder) {
        metrics.globalRegistry().register((MeterMaker<?, ?>) builder);
    }

    @Override
    public void close() {
        // nothing is shared between factories
    }
}
