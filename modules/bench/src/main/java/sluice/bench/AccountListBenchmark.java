package sluice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Optimisation 13: the list of accounts, read and decoded for a request, or an immutable snapshot behind one reference. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class AccountListBenchmark {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Accounts in the list. */
    @Param({"20", "1000"})
    public int accounts;

    private Path file;
    private volatile List<String> snapshot = List.of();

    /** Writes the list, and checks that both ways give it. */
    @Setup(Level.Trial)
    public void prepare() throws IOException {
        file = Files.createTempFile("accounts", ".json");
        List<String> names = new ArrayList<>();
        StringBuilder json = new StringBuilder("[");
        for (int i = 0; i < accounts; i++) {
            names.add("account-" + i);
            json.append(i == 0 ? "" : ",").append("{\"name\":\"account-").append(i)
                    .append("\",\"base-url\":\"https://api.openai.com/v1\",\"priority\":0,\"weight\":1,\"concurrency\":64}");
        }
        Files.writeString(file, json.append(']'));
        snapshot = List.copyOf(names);
        if (!decoded().equals(listed())) {
            throw new IllegalStateException("the lists differ");
        }
    }

    /** Removes the list. */
    @TearDown(Level.Trial)
    public void remove() throws IOException {
        Files.delete(file);
    }

    /** One read of the source, and its JSON. */
    @Benchmark
    public List<String> decoded() throws IOException {
        List<String> names = new ArrayList<>();
        for (JsonNode account : MAPPER.readTree(Files.readAllBytes(file))) {
            names.add(account.get("name").asText());
        }
        return names;
    }

    /** One read of a reference. */
    @Benchmark
    public List<String> listed() {
        return snapshot;
    }
}
