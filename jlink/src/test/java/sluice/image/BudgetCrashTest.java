package sluice.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.simulator.Fault;
import sluice.simulator.SimulatedUpstream;
import sluice.simulator.SimulatorSettings;

/** A budget of a team of 64, through the image: as many are served as fit, and what they spent outlives SIGKILL and rotation. */
class BudgetCrashTest {
    private static final int CLIENTS = 64;
    private static final int FIT = 20;

    @TempDir
    private Path folder;
    private final HttpClient http = HttpClient.newHttpClient();

    private int ask(RunningImage gateway, int client) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create(gateway.uri() + "/responses")).header("Authorization", "Bearer key-" + client)
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"gpt-5\",\"max_output_tokens\":10,\"store\":false,"
                        + "\"input\":\"[[sim:deltas=10]]\"}")).build(), HttpResponse.BodyHandlers.ofString()).statusCode();
    }

    private String money(RunningImage gateway) throws IOException, InterruptedException {
        String answer = http.send(HttpRequest.newBuilder(URI.create(gateway.adminUri() + "/admin/money")).build(),
                HttpResponse.BodyHandlers.ofString()).body();
        return answer.substring(answer.indexOf("\"sums\""));
    }

    private String configuration(SimulatedUpstream upstream) throws Exception {
        StringBuilder yaml = new StringBuilder(RunningImage.account(upstream.baseUri())
                + "server: {admin: {open: true}}\nteams: [{name: all, budget-usd: {month: 200}}]\nusage: {path: \""
                + folder.resolve("usage") + "\", rotate: 4KiB, keep: 1, prices: [{model: '*', output: 1000000}]}\nstate: {path: \""
                + folder.resolve("state") + "\"}\nclients:\n");
        for (int i = 0; i < CLIENTS; i++) {
            yaml.append("  - {name: c").append(i).append(", team: all, key-sha256: ").append(HexFormat.of().formatHex(
                    MessageDigest.getInstance("SHA-256").digest(("key-" + i).getBytes(java.nio.charset.StandardCharsets.UTF_8))))
                    .append("}\n");
        }
        return yaml.toString();
    }

    @Test
    void whatWasSpentIsTheSameAfterASigkillAndAsManyWereServedAsFit() throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start(SimulatorSettings.DEFAULT.withBase(Fault.of("interval=0ms")))) {
            String yaml = configuration(upstream);
            RunningImage gateway = RunningImage.of(Image.BUILT, folder, "", yaml);
            List<Future<Integer>> asked = new ArrayList<>();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < CLIENTS; i++) {
                    int client = i;
                    asked.add(threads.submit(() -> ask(gateway, client)));
                }
            }
            List<Integer> statuses = new ArrayList<>();
            for (Future<Integer> status : asked) {
                statuses.add(status.get());
            }
            assertEquals(FIT, statuses.stream().filter(status -> status == 200).count(), statuses::toString);
            assertEquals(CLIENTS - FIT, statuses.stream().filter(status -> status == 429).count(), statuses::toString);
            String spent = money(gateway);
            assertTrue(spent.contains("{\"kind\":\"team\",\"name\":\"all\",\"spent_today_usd\":200,"), spent);
            gateway.kill();
            gateway.exitCode();
            try (RunningImage again = RunningImage.of(Image.BUILT, folder, "", yaml)) {
                assertEquals(spent, money(again));
                assertEquals(429, ask(again, 63));
                again.end();
            }
            try (RunningImage third = RunningImage.of(Image.BUILT, folder, "", yaml)) {
                assertEquals(spent, money(third));
                third.end();
            }
        }
    }
}
