package sluice.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import sluice.api.AccountStatus;
import sluice.config.ConfigurationLoader;
import sluice.config.LoadResult;

/** A gateway on free ports, as a configuration file describes it, for one test. */
final class RunningGateway implements AutoCloseable {
    private final GatewayProcess process;
    private final Log log;

    private RunningGateway(GatewayProcess process, Log log) {
        this.process = process;
        this.log = log;
    }

    /** Starts one; {@code yaml} says everything but the ports; the admin port is open if it has no token. */
    static RunningGateway of(String yaml) throws IOException {
        return of(yaml, providers -> providers);
    }

    /** Starts one with some of its providers exchanged. */
    static RunningGateway of(String yaml, UnaryOperator<Providers> exchange) throws IOException {
        LoadResult result = new ConfigurationLoader(Map.of("SLUICE_SERVER_PORT", "0", "SLUICE_SERVER_ADMIN_PORT", "0",
                "SLUICE_SERVER_ADMIN_OPEN", Boolean.toString(!yaml.contains("token: "))),
                Runtime.getRuntime().maxMemory()).parse("test", yaml, Path.of(""));
        if (!(result instanceof LoadResult.Loaded loaded)) {
            throw new IllegalArgumentException(result.problems().toString());
        }
        Log log = new Log();
        Providers providers = exchange.apply(Providers.find(loaded.configuration().modules()));
        return new RunningGateway(GatewayProcess.start(loaded.configuration(), providers,
                new PrintStream(log, true, StandardCharsets.UTF_8)), log);
    }

    /** One with accounts a, b, c … at one upstream, whose keys are sk-a, sk-b, sk-c …, tried in this order. */
    static RunningGateway accounts(URI upstream, int count, String more) throws IOException {
        StringBuilder yaml = new StringBuilder("accounts:\n");
        for (int i = 0; i < count; i++) {
            char name = (char) ('a' + i);
            yaml.append("  - {name: ").append(name).append(", base-url: \"").append(upstream).append("\", api-key: sk-")
                    .append(name).append(", tier: ").append(i).append("}\n");
        }
        return of(yaml + more);
    }

    int port() {
        return process.port();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + port() + "/v1");
    }

    URI adminUri() {
        return URI.create("http://127.0.0.1:" + process.adminPort());
    }

    GatewayProcess process() {
        return process;
    }

    /** A connection of a client. */
    TestClient client() throws IOException {
        return new TestClient(port());
    }

    /** The lines of requests so far. */
    String log() {
        process.flushLog();
        return written();
    }

    private String written() {
        return log.toString(StandardCharsets.UTF_8);
    }

    /** Waits until the lines of requests contain {@code part}. */
    void awaitLog(String part) throws InterruptedException {
        synchronized (log) {
            while (!written().contains(part)) {
                log.wait();
            }
        }
    }

    /** What the scheduler knows of an account. */
    AccountStatus account(String name) {
        return process.gateway().inForce().scheduler().accounts().stream().filter(status -> status.name().equals(name)).findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        process.close();
    }

    /** A log that can be waited for. */
    private static final class Log extends ByteArrayOutputStream {
        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            super.write(bytes, offset, length);
            notifyAll();
        }
    }
}
