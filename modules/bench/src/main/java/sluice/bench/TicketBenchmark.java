package sluice.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import sluice.api.BodyScanner.Scan;
import sluice.api.RequestBody;
import sluice.api.TokenUsage;
import sluice.body.SpliceScanner;
import sluice.clients.Admission;
import sluice.clients.Allowance;
import sluice.clients.Allowances;
import sluice.clients.Client;
import sluice.clients.ClientAuthenticator;
import sluice.clients.Clients;
import sluice.clients.Party;
import sluice.clients.Settlement;
import sluice.clients.SpendingRecovery;
import sluice.clients.SpendingFile;
import sluice.clients.SpendingStore;
import sluice.config.ClientPolicy;
import sluice.config.Configuration;
import sluice.config.ConfigurationLoader;
import sluice.config.ModelPrice;
import sluice.config.Quota;
import sluice.config.UsageSettings;
import sluice.records.RequestRecord;

/**
 * What it costs a request's thread to be held to limits, and to be charged: its ticket from admission to settlement, for client, team,
 * account and model. 128 requests every ten milliseconds, about as many as one process serves, so that what is written down for them is
 * taken over by the writer as it is in a gateway. One request in the loop is a new record and its ticket; {@link #recordAlone} is the
 * record, which is there in any case.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TicketBenchmark {
    private static final int REQUESTS = 128;
    private static final long PAUSE_NANOS = 10_000_000;
    private static final byte[] BODY = "{\"model\":\"gpt-5\",\"max_output_tokens\":1000,\"input\":\"hi\"}"
            .getBytes(StandardCharsets.UTF_8);
    private static final TokenUsage USAGE = TokenUsage.told(12_000, 9_000, 300, 120);

    /** Where what was spent is kept: nowhere, or in a file and, until that has it, in mapped memory. */
    @Param({"nowhere", "file"})
    public String kept;

    private final RequestBody body = ((Scan.Valid) new SpliceScanner().scan(BODY, 0, BODY.length)).body();
    private Path folder;
    private Admission admission;
    private ClientAuthenticator.Outcome.Known known;
    private AutoCloseable spending;
    private long number;

    /** Sums of nobody yet. */
    @Setup(Level.Trial)
    public void start() throws IOException {
        folder = Files.createTempDirectory("sluice-bench");
        Configuration plain = priced(ConfigurationLoader.defaults());
        Allowances allowances = new Allowances();
        SpendingFile file = new SpendingFile(folder.resolve("spending"), allowances);
        Settlement settlement = new Settlement(allowances, kept.equals("file") ? file : SpendingStore.NOWHERE, plain, System::nanoTime,
                System::currentTimeMillis);
        file.restore(new SpendingRecovery(settlement), lost -> { }, () -> { });
        spending = file;
        ClientPolicy policy = ClientAuthenticator.LOCAL;
        Client client = new Clients(allowances).of(policy.name());
        admission = new Admission(settlement);
        Quota budget = new Quota(0, 0, 0, new Quota.Budget(1e9, 1e9));
        known = new ClientAuthenticator.Outcome.Known(client, policy, List.of(new Party(client.allowance(), budget),
                new Party(allowances.of(Allowance.Kind.TEAM, "research"), budget)));
    }

    private static Configuration priced(Configuration plain) {
        UsageSettings usage = new UsageSettings(Map.of(), List.of(ModelPrice.of("gpt-4*", 2.5, 1.25, 10),
                ModelPrice.of("gpt-5*", 1.25, 0.125, 10)), Map.of(), plain.usage().timeZone(), plain.usage().settleBackground());
        return new Configuration(plain.server(), plain.limits(), plain.clients(), plain.teams(), plain.accounts(), plain.scheduler(),
                plain.slotWait(), plain.stream(), plain.failover(), plain.upstream(), plain.webSocket(), plain.modules(), usage,
                plain.state(), plain.log());
    }

    /** As in a gateway, where requests come one after another. */
    @Setup(Level.Invocation)
    public void pause() {
        LockSupport.parkNanos(PAUSE_NANOS);
    }

    /** Takes the files away. */
    @TearDown(Level.Trial)
    public void stop() throws Exception {
        spending.close();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    private RequestRecord record() {
        RequestRecord record = new RequestRecord("req_1l98qvwo2pyix_1kn", System.currentTimeMillis(), number++ * 1000);
        record.client = "local";
        record.team = "research";
        record.route = "POST /v1/responses";
        record.model = "gpt-5";
        record.account = "main";
        record.upstreamModel = "gpt-5";
        return record;
    }

    private RequestRecord ended(RequestRecord record) {
        record.status = 200;
        record.responseId = "resp_1";
        record.usage = USAGE;
        return record;
    }

    /** What is there without limits and prices. */
    @Benchmark
    @OperationsPerInvocation(REQUESTS)
    public long recordAlone() {
        long sum = 0;
        for (int i = 0; i < REQUESTS; i++) {
            RequestRecord record = record();
            record.sent(record.startedNanos + 1);
            sum += ended(record).usage.total();
        }
        return sum;
    }

    /** Who may, what is reserved, and what is charged in the end. */
    @Benchmark
    @OperationsPerInvocation(REQUESTS)
    public long ticketAndSettlement() {
        long sum = 0;
        for (int i = 0; i < REQUESTS; i++) {
            RequestRecord record = record();
            if (!(admission.enter(known, record, record.startedNanos) instanceof Admission.Outcome.Admitted admitted)) {
                throw new IllegalStateException("there is no limit");
            }
            admitted.ticket().claim(body, "gpt-5", record.startedNanos);
            record.sent(record.startedNanos + 1);
            ended(record);
            admitted.ticket().close();
            sum += record.cost.orElse(0);
        }
        return sum;
    }
}
