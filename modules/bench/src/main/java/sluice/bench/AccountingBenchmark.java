package sluice.bench;

import java.io.IOException;
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
import sluice.api.Decision;
import sluice.api.Headers;
import sluice.api.SchedulerSettings;
import sluice.api.Secret;
import sluice.api.TokenUsage;
import sluice.api.TurnPool;
import sluice.api.UsageRecord;
import sluice.api.UsageSink;
import sluice.clients.PriceTable;
import sluice.config.ModelPrice;
import sluice.config.ServerSettings;
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
import sluice.records.StageTimes;
import sluice.sched.AccountsFactory;
import sluice.sched.LayeredFactory;
import sluice.state.LocalStateFactory;

/**
 * What it costs to account for one request when it has ended: on the request's thread its record, price and metrics
 * ({@link #requestThread}), after its ticket ({@link TicketBenchmark}); in the
 * background a line or a row of the ledger ({@link #ledger}, at the rate that the writer keeps up with).
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AccountingBenchmark {
    /** The ledger's sink. */
    @Param({"log", "sqlite"})
    public String sink;

    private final PriceTable prices = new PriceTable(List.of(ModelPrice.of("gpt-5*", 1.25, 0.125, 10)));
    private Operations operations;
    private UsageSink ledger;
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
        folder = Files.createTempDirectory("sluice-bench");
        Map<String, String> settings = Map.of("path", folder.resolve("usage").toString(), "rotate", "1048576000", "keep", "1");
        ledger = (sink.equals("log") ? new LogSinkFactory() : new SqliteSinkFactory()).create(settings);
    }

    /** Takes the files away. */
    @TearDown(Level.Trial)
    public void stop() throws IOException {
        ledger.close();
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
        operations.ended(new EndedRequest(record(), times, 280_000, 290_000, 60_000, 300, 40, Decision.Layer.SESSION, false,
                new EndedRequest.Story(List.of(), List.of(), "")));
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
