package sluice.ops;

import io.helidon.http.HeaderNames;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.MetricsConfig;
import io.helidon.metrics.api.MetricsFactory;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/**
 * Operations of one gateway: is told of every request that has ended, and serves the admin port. Thread-safe.
 */
public final class Operations {
    private final GatewayView gateway;
    private final MeterRegistry registry;
    private final GatewayMetrics metrics;
    private final AccountMeters accounts;

    /** Operations of {@code gateway}. */
    public Operations(GatewayView gateway) {
        this.gateway = gateway;
        MetricsFactory factory = new StripedMetrics(MetricsConfig.create());
        registry = factory.createMeterRegistry(factory.metricsConfig());
        metrics = new GatewayMetrics(factory, registry, gateway);
        accounts = new AccountMeters(factory, registry);
        ProcessMeters.register(factory, registry);
    }

    /** A request has ended. Does not block. */
    public void ended(EndedRequest request) {
        metrics.ended(request);
    }

    /** Adds the admin port's routes. */
    public void routing(HttpRouting.Builder routing) {
        routing.get("/metrics", this::metrics);
    }

    /** All metrics, in Prometheus' text format. */
    String scrape() {
        accounts.refresh(gateway.scheduler());
        return PrometheusText.of(registry.meters());
    }

    private void metrics(ServerRequest request, ServerResponse response) {
        response.headers().set(HeaderNames.CONTENT_TYPE, PrometheusText.MEDIA_TYPE);
        response.send(scrape());
    }
}
