package sluice.config;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import sluice.api.Secret;

/** What depends on more than one key. A rule is silent where one of its values was wrong. Confined to one thread. */
final class Rules {
    /** Whether the gateway can work without knowing these members is not for an account's {@code set} to try. */
    private static final Map<String, String> PROTECTED_MEMBERS = Map.of("model", "use `models: [{from: …, to: …}]`",
            "stream", "it is the client's choice", "input", "use `input:` corrections");

    private static final Pattern QUERY_PAIR = Pattern.compile("[A-Za-z0-9._~%-]+=[A-Za-z0-9._~%-]*");

    private final Values values;
    private final Problems problems;
    private final Instant now;

    private Rules(Values values, Problems problems, Instant now) {
        this.values = values;
        this.problems = problems;
        this.now = now;
    }

    /** Reports every rule that is broken. */
    static void check(Values values, Problems problems, Instant now) {
        Rules rules = new Rules(values, problems, now);
        rules.ports();
        rules.front();
        rules.tls();
        rules.clients();
        rules.accounts();
        rules.scheduler();
        UnheardKeys.given(values).forEach(unheard -> rules.error(unheard.path(), unheard.message()));
    }

    private void error(String path, String message) {
        problems.error(path, values.line(path), message);
    }

    private void warning(String path, String message) {
        problems.warning(path, values.line(path), message);
    }

    private void ports() {
        values.find("server.host", String.class).filter(host -> values.size("clients") == 0 && !Loopback.isAddress(host))
                .ifPresent(host -> error("server.host", "must be a loopback address, such as 127.0.0.1, while there are no "
                        + "clients, not \"" + host + "\": anybody could spend your accounts' money. Add `clients:`; "
                        + "`sluice key` makes a key"));
        values.find("server.admin.host", String.class).filter(host -> !Loopback.isAddress(host)).ifPresent(host -> {
            if (values.find("server.admin.open", Boolean.class).orElse(false)) {
                error("server.admin.open", "must be false where `server.admin.host` is not a loopback address");
            } else if (values.find("server.admin.token", Secret.class).map(Secret::isEmpty).orElse(true)) {
                error("server.admin.token", "is missing: `server.admin.host` is not a loopback address");
            }
        });
        long port = values.find("server.port", Long.class).orElse(0L);
        if (port != 0 && values.find("server.admin.port", Long.class).orElse(0L) == port) {
            error("server.admin.port", "must not be `server.port`, " + port);
        }
    }

    private void front() {
        boolean trusts = values.has("server.trusted-proxies");
        if (values.find("server.proxy-protocol", Boolean.class).orElse(false) && !trusts) {
            error("server.trusted-proxies", "is missing: only trusted proxies may say who a client is (`server.proxy-protocol`)");
        }
    }

    private void tls() {
        if (values.find("server.http2", Boolean.class).orElse(false) && !values.has("server.tls.cert")) {
            error("server.tls.cert", "is missing: `server.http2` is offered in the TLS handshake only");
        }
        for (String[] pair : new String[][] {{"server.tls.cert", "server.tls.key"}, {"server.tls.key", "server.tls.cert"},
                {"server.tls.client-ca", "server.tls.cert"}, {"server.admin.tls.cert", "server.admin.tls.key"},
                {"server.admin.tls.key", "server.admin.tls.cert"}}) {
            if (values.has(pair[0]) && !values.has(pair[1])) {
                error(pair[1], "is missing: `" + pair[0] + "` is given");
            }
        }
        for (String path : List.of("server.tls.cert", "server.tls.key", "server.tls.client-ca", "server.admin.tls.cert",
                "server.admin.tls.key", "upstream.ca")) {
            values.find(path, Path.class).filter(file -> !Files.isReadable(file))
                    .ifPresent(file -> error(path, "must be a file that can be read, not \"" + file + '"'));
        }
    }

    private void clients() {
        Map<String, String> names = new HashMap<>();
        Map<KeyHash, String> keys = new HashMap<>();
        Set<String> teams = teams();
        for (int i = 0; i < values.size("clients"); i++) {
            String path = "clients[" + i + ']';
            unique(names, path + ".name");
            keys(keys, path);
            values.find(path + ".expires", Instant.class).filter(expires -> !expires.isAfter(now))
                    .ifPresent(expires -> warning(path + ".expires", "has passed: this client is refused"));
            budget(path);
            values.find(path + ".team", String.class).filter(team -> !teams.contains(team)).ifPresent(team ->
                    error(path + ".team", "must be the name of one of `teams`, not \"" + team + "\""));
        }
    }

    private Set<String> teams() {
        Map<String, String> names = new HashMap<>();
        Set<String> known = new HashSet<>();
        for (int i = 0; i < values.size("teams"); i++) {
            unique(names, "teams[" + i + "].name");
            values.find("teams[" + i + "].name", String.class).ifPresent(known::add);
            budget("teams[" + i + ']');
        }
        return known;
    }

    private void budget(String path) {
        boolean priced = values.size("usage.prices") > 0 || values.find("usage.price-file", Path.class).isPresent();
        for (String period : List.of(".budget-usd.day", ".budget-usd.month")) {
            if (!priced && values.find(path + period, Double.class).orElse(0.0) > 0) {
                error(path + period, "needs `usage.prices` or `usage.price-file`: without prices nothing is ever spent");
            }
        }
    }

    private void keys(Map<KeyHash, String> seen, String path) {
        Section client = new Section(values, path);
        List<String> hashes = client.texts("key-sha256");
        boolean literal = !client.secret("key").isEmpty();
        int count = hashes.size() + (literal ? 1 : 0);
        String keyPath = path + (literal ? ".key" : ".key-sha256");
        boolean given = values.has(path + ".key-sha256") || values.has(path + ".key");
        if (count == 0 && given) {
            error(keyPath, "must not be empty");
        } else if (count == 0) {
            error(path + ".key-sha256", "is missing; `sluice key` makes a key and prints its hash");
        } else if (count > 2) {
            error(keyPath, "must be one key, or two while a key is rotated, not " + count);
        }
        hashes.forEach(hash -> unique(seen, KeyHash.parse(hash), path + ".key-sha256"));
        if (literal) {
            unique(seen, KeyHash.of(client.secret("key").reveal()), path + ".key");
        }
    }

    private void accounts() {
        if (values.size("accounts") == 0) {
            error("accounts", "must have at least one account: {name: …, base-url: https://api.openai.com/v1, api-key: "
                    + "\"${env:OPENAI_API_KEY}\"}");
        }
        Map<String, String> names = new HashMap<>();
        for (int i = 0; i < values.size("accounts"); i++) {
            String path = "accounts[" + i + ']';
            unique(names, path + ".name");
            values.find(path + ".base-url", URI.class).ifPresent(uri -> baseUrl(path + ".base-url", uri));
            Map<String, String> froms = new HashMap<>();
            for (int j = 0; j < values.size(path + ".models"); j++) {
                String model = path + ".models[" + j + "].";
                if (!values.has(model + "from")) {
                    error(model + "from", "is missing or wrong");
                }
                unique(froms, model + "from");
            }
            new Section(values, path).texts("query").stream().filter(pair -> !QUERY_PAIR.matcher(pair).matches()).forEach(pair ->
                    error(path + ".query", "must be pairs such as api-version=preview, not \"" + pair + '"'));
            edits(path);
            budget(path);
        }
    }

    private void baseUrl(String path, URI uri) {
        if (uri.getRawUserInfo() != null) {
            error(path, "must not have a user or password; the key belongs into `api-key`");
        }
        if ("http".equalsIgnoreCase(uri.getScheme()) && !Loopback.isAddress(uri.getHost())) {
            warning(path, "sends the account's key in the clear; use https://");
        }
        if (uri.getRawPath().isEmpty() || "/".equals(uri.getRawPath())) {
            warning(path, "has no path; most upstreams want /v1 here");
        }
        if (uri.getRawPath().replaceAll("/+$", "").endsWith("/responses")) {
            error(path, "must not end in /responses, which is added to it: " + uri.toString().replaceAll("/responses/*$", ""));
        }
    }

    private void edits(String path) {
        boolean passthrough = values.find(path + ".mode", String.class).orElse("").equals("passthrough");
        Section account = new Section(values, path);
        for (String edit : List.of("remove", "set", "replace", "input")) {
            if (passthrough && values.has(path + '.' + edit)) {
                error(path + '.' + edit, "must not be given with `mode: passthrough`, which sends bodies as they came");
            }
        }
        account.texts("remove").forEach(member -> member(path + ".remove", member));
        account.table("set").keySet().forEach(member -> member(path + ".set", member));
        account.table("replace").keySet().forEach(member -> member(path + ".replace", member));
    }

    private void member(String path, String member) {
        String advice = PROTECTED_MEMBERS.get(member);
        if (advice != null) {
            error(path, "must not change `" + member + "`: " + advice);
        }
    }

    private void scheduler() {
        ordered("failover.cool-down.first", "failover.cool-down.unknown-max");
        ordered("failover.cool-down.unknown-max", "failover.cool-down.max");
        ordered("failover.cool-down.unauthorized", "failover.cool-down.max");
        ordered("failover.breaker.open", "failover.breaker.max");
        long least = values.find("websocket.min-idle", Long.class).orElse(0L);
        if (least > values.find("websocket.max-idle", Long.class).orElse(Long.MAX_VALUE)) {
            error("websocket.max-idle", "must be at least `websocket.min-idle`, " + least);
        }
        double sum = 0;
        for (String factor : List.of("priority", "load", "queue", "errors", "ttft")) {
            sum += values.find("scheduler.weights." + factor, Double.class).orElse(1.0);
        }
        if (sum == 0) {
            error("scheduler.weights", "must not all be 0");
        }
    }

    private void ordered(String less, String more) {
        values.find(less, Duration.class).ifPresent(small -> values.find(more, Duration.class)
                .filter(large -> small.compareTo(large) > 0)
                .ifPresent(large -> error(more, "must be at least `" + less + "`, " + Quantities.write(small) + ", not "
                        + Quantities.write(large))));
    }

    private void unique(Map<String, String> seen, String path) {
        values.find(path, String.class).ifPresent(text -> unique(seen, text, path));
    }

    private <T> void unique(Map<T, String> seen, T value, String path) {
        String first = seen.putIfAbsent(value, path);
        if (first != null) {
            error(path, "must be unique; " + first + " is " + value + ", too");
        }
    }
}
