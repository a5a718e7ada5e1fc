package sluice.ops;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import sluice.api.Command;

/** {@code sluice explain}: which account would answer a request, and why. Sends nothing to any account. */
public final class ExplainCommand implements Command {
    /** For the service loader. */
    public ExplainCommand() {
        // nothing to set up
    }

    @Override
    public String name() {
        return "explain";
    }

    @Override
    public String summary() {
        return "tell which account would answer a request, and why";
    }

    @Override
    public Callable<Integer> options(PrintStream out, PrintStream err) {
        return options(System.in, out, err);
    }

    /** With another standard input. */
    static Callable<Integer> options(InputStream in, PrintStream out, PrintStream err) {
        return new Options(in, out, err);
    }

    @CommandLine.Command(name = "sluice explain",
            description = "Asks a running gateway which account would answer a request now, and why; nothing is sent to an account.")
    private static final class Options implements Callable<Integer> {
        private final InputStream in;
        private final PrintStream out;
        private final PrintStream err;

        @CommandLine.Mixin
        private AdminOptions admin = new AdminOptions();

        @CommandLine.Option(names = {"-m", "--model"}, defaultValue = "gpt-5", paramLabel = "NAME",
                description = "Model of a request without further content (default: ${DEFAULT-VALUE}).")
        private String model = "";

        @CommandLine.Option(names = {"-s", "--session"}, paramLabel = "ID", description = "The request's session-id.")
        private Optional<String> session = Optional.empty();

        @CommandLine.Option(names = {"-c", "--client"}, defaultValue = "", paramLabel = "NAME",
                description = "Name of the client (default: the first one).")
        private String client = "";

        @CommandLine.Option(names = {"-b", "--body"}, paramLabel = "FILE",
                description = "Takes the request's body from a file; - is the standard input.")
        private Optional<String> body = Optional.empty();

        @CommandLine.Option(names = "--header", paramLabel = "NAME=VALUE", description = "Another header of the request; repeatable.")
        private Map<String, String> headers = new HashMap<>();

        @CommandLine.Spec
        private CommandLine.Model.CommandSpec spec;

        Options(InputStream in, PrintStream out, PrintStream err) {
            this.in = in;
            this.out = out;
            this.err = err;
        }

        @Override
        public Integer call() {
            AdminClient asked = admin.client(spec);
            try {
                Map<String, String> sent = new HashMap<>(headers);
                sent.put("Content-Type", "application/json");
                session.ifPresent(id -> sent.put("session-id", id));
                JsonTree answer = asked.post("admin/explain?client=" + URLEncoder.encode(client, StandardCharsets.UTF_8), bytes(), sent);
                if (answer.has("refused")) {
                    JsonTree refused = answer.get("refused");
                    out.println("refused: " + refused.text("status") + " " + refused.text("code") + ": " + refused.text("message"));
                    return 1;
                }
                out.print(explained(answer));
                return answer.get("decision").text("account").isEmpty() ? 1 : 0;
            } catch (IOException e) {
                err.println("sluice explain: " + e.getMessage());
                return 1;
            }
        }

        private byte[] bytes() throws IOException {
            if (body.isEmpty()) {
                return JsonOut.object(json -> json.text("model", model).text("input", "")).getBytes(StandardCharsets.UTF_8);
            }
            try {
                return body.get().equals("-") ? in.readAllBytes() : Files.readAllBytes(Path.of(body.get()));
            } catch (java.nio.file.NoSuchFileException e) {
                throw new IOException("there is no file " + body.get(), e);
            }
        }
    }

    private static String explained(JsonTree answer) {
        JsonTree decision = answer.get("decision");
        StringBuilder text = new StringBuilder();
        String account = decision.text("account");
        text.append(account.isEmpty() ? "no account" : account + " by " + words(decision.text("layer")));
        if (!answer.text("upstream_model").isEmpty()) {
            text.append(", as ").append(answer.text("upstream_model"));
        }
        List<String> edits = new ArrayList<>();
        answer.each("edits").forEach(edit -> edits.add(edit.asText()));
        if (!account.isEmpty()) {
            text.append(edits.isEmpty() ? "; the body goes out as it is" : "; edits: " + String.join(", ", edits));
        }
        text.append("\n\n");
        TextTable table = new TextTable(1, "account", "score", "priority", "load", "queue", "errors", "first output");
        for (JsonTree candidate : decision.each("candidates")) {
            JsonTree terms = candidate.get("terms");
            if (candidate.has("ruled_out")) {
                table.row(candidate.text("account"), words(candidate.text("ruled_out")));
            } else {
                table.row(candidate.text("account"), two(candidate.number("score")), two(terms.number("priority")),
                        two(terms.number("load")), two(terms.number("queue")), two(terms.number("errors")),
                        two(terms.number("first_output")));
            }
        }
        text.append(table);
        if (decision.has("stickiness")) {
            JsonTree price = decision.get("stickiness");
            text.append(String.format(Locale.ROOT, "%nThe session's account is %s: staying costs %.0f ms, leaving %.0f ms; %s (%s).%n",
                    price.text("account"), price.number("stay_ms"), price.number("leave_ms"),
                    price.text("left").equals("true") ? "it leaves" : "it stays", price.text("reason")));
        }
        return text.toString();
    }

    private static String two(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static String words(String name) {
        return name.replace('_', ' ');
    }
}
