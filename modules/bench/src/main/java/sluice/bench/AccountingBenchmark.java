package sluice.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import sluice.api.AccountScheduler;
import sluice.api.BodyScanner.Scan;
import sluice.api.Decision;
import sluice.api.Headers;
import sluice.api.RequestBody;
import sluice.api.SchedulerSettings;
import sluice.api.Secret;
import sluice.api.TokenUsage;
import sluice.api.TurnPool;
import sluice.api.UsageRecord;
import sluice.api.UsageSink;
import sluice.body.SpliceScanner;
import sluice.clients.Admission;
import sluice.clients.Allowance;
import sluice.clients.Allowances;
import sluice.clients.Client;
import sluice.clients.ClientAuthenticator;
import sluice.clients.Clients;
import sluice.clients.Party;
import sluice.clients.PriceTable;
import sluice.clients.Settlement;
import sluice.clients.SpendingFile;
import sluice.config.ClientPolicy;
import sluice.config.Configuration;
import sluice.config.ConfigurationLoader;
import sluice.config.ModelPrice;
import sluice.config.Quota;
import sluice.config.ServerSettings;
import sluice.config.UsageSettings;
import sluice.ledger.LogSinkFactory;
import sluice.ledger.SqliteSinkFactory;
import sluice.ops.ClientStatus;
import sluice.ops.Condition;
import sluice.ops.Explanation;
import sluice.ops.GatewayView;
import sluice.ops.KeyDesk;
import sluice.ops.Money;
import sluice.ops.Operations;
import sluice.probe.AddedTime;
import sluice.records.EndedRequest;
import sluice.records.RequestRecord;
import sluice.records.StageTimes;
import sluice.sched.AccountsFactory;
import sluice.sched.LayeredFactory;
import sluice.state.LocalStateFactory;

/**
 * What it costs to account for one request when it has ended: on the request's thread its record, price and metrics
 * ({@link #requestThread}), and before that its ticket from admission to settlement ({@link #ticketAndSettlement}); in the
 * background a line or a row of the ledger ({@link #ledger}, at the rate that the writer keeps up with).
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AccountingBenchmark {
    private static final byte[] BODY = "{\"model\":\"gpt-5\",\"max_output_tokens\":1000,\"input\":\"hi\"}"
            .getBytes(StandardCharsets.UTF_8);

    /** The ledger's sink. */
    @Param({"log", "sqlite"})
    public String sink;

    private final PriceTable prices = new PriceTable(List.of(ModelPrice.of("gpt-5*", 1.25, 0.125, 10)));
    private final RequestBody body = ((Scan.Valid) new SpliceScanner().scan(BODY, 0, BODY.length)).body();
    private Admission admission;
    private ClientAuthenticator.Outcome.Known known;
    private Operations operations;
    private UsageSink ledger;
    private SpendingFile spending;
    private Path folder;
    private long number;

    /** A gateway's operations, and a ledger in a folder of its own. */
    @Setup(Level.Trial)
    public void start() throws IOException {
        AccountScheduler scheduler = new AccountsFactory().create(SchedulerSettings.defaults(),
                new LayeredFactory().create(SchedulerSettings.defaults()), new LocalStateFactory().create(Map.of()));
        operations = new Operations(new Idle(scheduler), new ServerSettings.Admin("127.0.0.1", 0,
                new ServerSettings.Access(new Secret(""), true), false, Optional.empty()),
                System::currentTimeMillis);
        Configuration plain = priced(ConfigurationLoader.defaults());
        Allowances allowances = new Allowances();
        folder = Files.createTempDirectory("sluice-bench");
        spending = new SpendingFile(folder.resolve("spending"), allowances);
        Settlement settlement = new Settlement(allowances, spending, plain, System::nanoTime, System::currentTimeMillis);
        spending.restore(settlement, lost -> { }, () -> { });
        ClientPolicy policy = ClientAuthenticator.LOCAL;
        Client client = new Clients(allowances).of(policy.name());
        admission = new Admission(settlement);
        Quota budget = new Quota(0, 0, 0, new Quota.Budget(1e9, 1e9));
        known = new ClientAuthenticator.Outcome.Known(client, policy, List.of(new Party(client.allowance(), budget),
                new Party(allowances.of(Allowance.Kind.TEAM, "research"), budget)));
        Map<String, String> settings = Map.of("path", folder.resolve("usage").toString(), "rotate", "1048576000", "keep", "1");
        ledger = (sink.equals("log") ? new LogSinkFactory() : new SqliteSinkFactory()).create(settings);
    }

    private static Configuration priced(Configuration plain) {
        UsageSettings usage = new UsageSettings(Map.of(), List.of(ModelPrice.of("gpt-4*", 2.5, 1.25, 10),
                ModelPrice.of("gpt-5*", 1.25, 0.125, 10)), Map.of(), plain.usage().timeZone(), plain.usage().settleBackground());
        return new Configuration(plain.server(), plain.limits(), plain.clients(), plain.teams(), plain.accounts(), plain.scheduler(),
                plain.slotWait(), plain.stream(), plain.failover(), plain.upstream(), plain.webSocket(), plain.modules(), usage,
                plain.state(), plain.log());
    }

    /** Takes the files away. */
    @TearDown(Level.Trial)
    public void stop() throws IOException {
        ledger.close();
        spending.close();
        operations.close();
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    private UsageRecord record() {
        TokenUsage usage = TokenUsage.told(12_000, 9_000, 300, 120);
        OptionalLong cost = prices.costNanoDollars("gpt-5", "", usage);
        return new UsageRecord("req_1l98qvwo2pyix_" + Long.toString(++number, 36),
                new UsageRecord.Times(1_700_000_000_000L, 1_200_000_000, 300_000_000), new UsageRecord.Who("team-a", "", 0),
                new UsageRecord.Asked("POST /v1/responses", "gpt-5", "", true, 40_000), new UsageRecord.Served("main", "gpt-5", 1, 0),
                new UsageRecord.Result("resp_5ec987d1b8f0cd42926456da0d408c051560d90d2ea60c37", 200, ""),
                new UsageRecord.Charge(usage, cost));
    }

    /** Record, price, metrics, sums, recent requests. */
    @Benchmark
    public void requestThread() {
        long start = number * 1000;
        StageTimes times = StageTimes.between(new StageTimes.Readings(start, start + 20_000, start + 40_000, start + 60_000,
                start + 90_000, start + 300_000, start + 1_200_000, 5_000, 0, 0));
        operations.ended(new EndedRequest(record(), times, 290_000, 60_000, 300, 40, Decision.Layer.SESSION, false,
                new EndedRequest.Story(List.of(), List.of(), "")));
    }

    /** Who may, what is reserved, and what is charged in the end: client, team, account and model. */
    @Benchmark
    public Object ticketAndSettlement() {
        RequestRecord record = new RequestRecord("req_1", System.currentTimeMillis(), number++ * 1000);
        record.client = "team-a";
        record.route = "POST /v1/responses";
        record.model = "gpt-5";
        record.account = "main";
        record.upstreamModel = "gpt-5";
        if (!(admission.enter(known, record, record.startedNanos) instanceof Admission.Outcome.Admitted admitted)) {
            throw new IllegalStateException("there is no limit");
        }
        Admission.Verdict claimed = admitted.ticket().claim(body, "gpt-5", record.startedNanos);
        record.sent(record.startedNanos + 1);
        record.status = 200;
        record.responseId = "resp_1";
        record.usage = TokenUsage.told(12_000, 9_000, 300, 120);
        admitted.ticket().close();
        return claimed;
    }

    /** Through the queue to the file. */
    @Benchmark
    public void ledger() {
        ledger.record(record());
    }

    /** A gateway without requests. */
    private record Idle(AccountScheduler scheduler) implements GatewayView {
        @Override
        public int inFlight() {
            return 0;
        }

        @Override
        public int openStreams() {
            return 0;
        }

        @Override
        public int openWebSockets() {
            return 0;
        }

        @Override
        public TurnPool.Seats.Counts webSocketPool(String account) {
            return new TurnPool.Seats.Counts(0, 0, 0, 0, 0, 0, 0, 0, 0);
        }

        @Override
        public long bodyBytes() {
            return 0;
        }

        @Override
        public long bodyBudgetBytes() {
            return 1;
        }

        @Override
        public boolean draining() {
            return false;
        }

        @Override
        public AddedTime addedTime(boolean watching) {
            return AddedTime.OFF;
        }

        @Override
        public List<ClientStatus> clients() {
            return List.of();
        }

        @Override
        public Money money() {
            return new Money(Instant.MAX, Instant.MAX, List.of());
        }

        @Override
        public KeyDesk keys() {
            throw new UnsupportedOperationException("no client is made here");
        }

        @Override
        public Condition condition() {
            return new Condition("", true, false, Map.of());
        }

        @Override
        public long usageLost() {
            return 0;
        }

        @Override
        public long logLost() {
            return 0;
        }

        @Override
        public Set<String> models() {
            return Set.of("gpt-5");
        }

        @Override
        public String effectiveConfiguration() {
            return "";
        }

        @Override
        public Explanation explain(String client, Headers headers, byte[] body) {
            throw new UnsupportedOperationException("nothing is explained here");
        }

        @Override
        public void drain() {
            throw new UnsupportedOperationException("nothing is drained here");
        }
    }
}
