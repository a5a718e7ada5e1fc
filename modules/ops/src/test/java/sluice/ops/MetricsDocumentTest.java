package sluice.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import sluice.api.AccountStatus;
import sluice.api.TokenUsage;
import sluice.records.EndedRequest;

class MetricsDocumentTest {
    private static final Path PAGE = Path.of("../../docs/metrics.md");
    private static final Pattern ROW = Pattern.compile("\\| `([a-z_]+)` \\| ([a-z_` ]*)\\| (counter|gauge|histogram) \\| .+ \\|");
    private static final Pattern TYPE = Pattern.compile("# TYPE ([a-z_]+) (counter|gauge|histogram)");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");

    @Test
    void everyMetricIsDocumentedWithItsTypeAndItsLabels() throws IOException {
        ScriptedGateway gateway = new ScriptedGateway();
        gateway.accounts.add(ScriptedGateway.account("main", AccountStatus.State.READY, 0));
        Operations operations = new Operations(gateway, Requests.ADMIN, () -> 1_700_000_000_000L);
        operations.ended(Requests.of("a", "main", "gpt-5", 200, "", 2, TokenUsage.told(4, 3, 2, 1),
                List.of(new EndedRequest.FailedTry("other", EndedRequest.Reason.TRANSPORT))));
        operations.ended(Requests.good("a", "main", "unpriced", TokenUsage.told(4, 3, 2, 1)));
        for (int i = 0; i < 3; i++) {
            operations.ended(Requests.good("a", "main", "gpt-5", TokenUsage.NONE));
            operations.ended(Requests.good("a", "other", "gpt-5", TokenUsage.NONE));
        }
        assertEquals(documented(), shown(operations.scrape()));
    }

    private static Map<String, String> documented() throws IOException {
        Map<String, String> found = new TreeMap<>();
        for (String line : Files.readAllLines(PAGE)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                TreeSet<String> labels = new TreeSet<>(List.of(row.group(2).replace("`", "").strip().split(" ")));
                labels.remove("");
                found.put(row.group(1), row.group(3) + " " + labels);
            }
        }
        return found;
    }

    private static Map<String, String> shown(String page) {
        Map<String, String> found = new TreeMap<>();
        String name = "";
        String type = "";
        for (String line : page.lines().toList()) {
            Matcher head = TYPE.matcher(line);
            if (head.matches()) {
                name = head.group(1);
                type = head.group(2);
            } else if (!line.startsWith("#")) {
                TreeSet<String> labels = new TreeSet<>();
                Matcher label = LABEL.matcher(line);
                while (label.find()) {
                    labels.add(label.group(1));
                }
                labels.remove("le");
                found.put(name, type + " " + labels);
            }
        }
        return found;
    }
}
