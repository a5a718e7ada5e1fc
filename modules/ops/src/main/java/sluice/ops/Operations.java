package sluice.ops;

import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.MetricsConfig;
import io.helidon.metrics.api.MetricsFactory;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import sluice.admin.AdminGate;
import sluice.config.ServerSettings;
import sluice.records.EndedRequest;

/**
 * Operations of one gateway: is told of every request that has ended, and serves the admin port. Thread-safe.
 */
public final class Operations implements AutoCloseable {
    /** Ended requests that are kept for the dashboard. */
    static final int RECENT = 1000;

    private final GatewayView gateway;
    private final MeterRegistry registry;
    private final GatewayMetrics metrics;
    private final AccountMeters accounts;
    private final ScrapedGauges money;
    private final ScrapedGauges process;
    private final ScrapedGauges slowness;
    private final LongSupplier epochMillis;
    private final RecentRequests recent = new RecentRequests(RECENT, System::nanoTime);
    private final LiveFeed feed = new LiveFeed(System::nanoTime);
    private final MinuteHistory history;
    private final Totals totals = new Totals();
    private final AdminGate gate;
    private final AdminApi api;
    private volatile boolean closed;

    /**
     * Operations of {@code gateway}.
     *
     * @param admin who may use the admin port
     * @param epochMillis wall clock
     */
    public Operations(GatewayView gateway, ServerSettings.Admin admin, LongSupplier epochMillis) {
        this.gateway = gateway;
        MetricsFactory factory = new StripedMetrics(MetricsConfig.create());
        registry = factory.createMeterRegistry(factory.metricsConfig());
        metrics = new GatewayMetrics(factory, registry, gateway);
        accounts = new AccountMeters(factory, registry);
        money = new ScrapedGauges(factory, registry);
        process = new ScrapedGauges(factory, registry);
        slowness = new ScrapedGauges(factory, registry);
        this.epochMillis = epochMillis;
        ProcessMeters.register(factory, registry);
        history = new MinuteHistory(epochMillis);
        gate = new AdminGate(admin, epochMillis);
        api = new AdminApi(this, gateway, gate);
    }

    /** A request has ended. Does not block. */
    public void ended(EndedRequest request) {
        Ending ending = Ending.of(request);
        metrics.ended(request);
        totals.add(request, ending);
        history.add(ending);
        recent.add(request, ending);
        feed.ended(request);
    }

    /** From now on the port may be used by whom {@code admin} lets in; its address stays. For one thread at a time. */
    public void apply(ServerSettings.Admin admin) {
        gate.apply(admin);
    }

    /** Adds the admin port's routes. */
    public void routing(HttpRouting.Builder routing) {
        api.routing(routing);
    }

    /** Whether a visitor of the admin port has shown what it takes to see accounts. */
    public boolean mayRead(ServerRequest request) {
        return gate.mayRead(request);
    }

    /** Ends requests of the admin port whose clients do not read the answer; to be called each second or so. */
    public void sweep() {
        gate.sweep();
    }

    /** Ends what listens. */
    @Override
    public void close() {
        closed = true;
    }

    boolean closed() {
        return closed;
    }

    LiveFeed feed() {
        return feed;
    }

    /** All metrics, in Prometheus' text format. */
    String scrape() {
        accounts.refresh(gateway);
        Instant now = Instant.ofEpochMilli(epochMillis.getAsLong());
        money.refresh(MoneyReadings.of(gateway, now));
        process.refresh(ProcessReadings.of(gateway, now));
        slowness.refresh(slowness().stream().map(one -> new ScrapedGauges.Reading("sluice_account_slowness_ratio",
                "How many times as long as the others the account takes for the same model.", List.of("account", one.account()),
                one.times())).toList());
        return PrometheusText.of(registry.meters());
    }

    private List<Slowness> slowness() {
        return Slowness.of(recent, epochMillis.getAsLong());
    }

    /** The numbers of the dashboard. */
    String overview() {
        return JsonOut.object(json -> {
            json.number("in_flight", gateway.inFlight()).number("open_streams", gateway.openStreams())
                    .number("open_websockets", gateway.openWebSockets())
                    .flag("draining", gateway.draining()).number("body_bytes", gateway.bodyBytes())
                    .number("body_budget_bytes", gateway.bodyBudgetBytes())
                    .array("accounts", gateway.scheduler().accounts(), AdminJson::account)
                    .object("added", inner -> AdminJson.added(inner, gateway.addedTime(true)))
                    .object("totals", totals::write)
                    .object("history", inner -> inner.number("step_seconds", MinuteHistory.STEP_SECONDS)
                            .numbers("requests", history.requests()).numbers("errors", history.errors())
                            .numbers("refused", history.refused()))
                    .object("condition", inner -> AdminJson.condition(inner, gateway, slowness()));
        });
    }

    /** The requests that ended last and that {@code search} finds, newest first. */
    String requests(int limit, RequestSearch search) {
        return JsonOut.object(json -> json.array("requests", recent.newest(limit, search), AdminJson::request)
                .number("skipped", recent.skipped()));
    }

    /** Everything that is known of one request; empty if it is not among the last. */
    Optional<String> story(String id) {
        return recent.byId(id).map(request -> JsonOut.object(json -> AdminJson.story(json, request)));
    }

    /** One request. */
    String request(EndedRequest request) {
        return JsonOut.object(json -> AdminJson.request(json, request));
    }
}
