package sluice.forward;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import sluice.api.Account;
import sluice.api.ByteSource;
import sluice.api.Cancellation;
import sluice.api.ClientSink;
import sluice.api.GatewayError;
import sluice.api.Headers;
import sluice.api.OutboundBody;
import sluice.api.Upstream;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult;
import sluice.clients.Client;
import sluice.clients.ClientAuthenticator;
import sluice.config.ClientPolicy;
import sluice.http1.HttpDate;
import sluice.json.JsonStrings;
import sluice.records.RequestRecord;

/**
 * {@code GET /v1/models}: what a client may use. The configuration lists the models of some accounts. The others, and those
 * whose list has wildcards, are asked, and their answers are kept for a while. With {@code client_version} all are asked for the list
 * that Codex reads, and it stands beside the other as {@code models}. Thread-safe.
 */
final class ModelCatalog {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int MAX_ANSWER_BYTES = 1024 * 1024;
    /** What asks for the list that Codex reads. */
    private static final Pattern DETAILED = Pattern.compile("[?&]client_version=");
    /** An account that gave no list is not asked again as soon as the next client wants one. */
    private static final Duration KEEP_FAILURE = Duration.ofSeconds(30);
    /** Answers that are kept of an account, each as long as {@link #MAX_ANSWER_BYTES}. Versions of Codex that a team has are fewer. */
    private static final int MAX_KEPT = 4;
    /** So often a client waits for others who ask. */
    private static final int MOST_TURNS = 3;

    private record Kept(ModelList models, long atNanos) { }

    private final List<Account> accounts;
    private final Upstream upstream;
    private final long keepNanos;
    private final LongSupplier clock;
    private final Map<String, Answers> plain = new ConcurrentHashMap<>();
    private final Map<String, Answers> detailed = new ConcurrentHashMap<>();

    ModelCatalog(List<Account> accounts, Upstream upstream, Duration keep, LongSupplier clock) {
        this.accounts = accounts;
        this.upstream = upstream;
        keepNanos = keep.toNanos();
        this.clock = clock;
    }

    /** Answers with the list, or with the one model called {@code id}. */
    Reply answer(Exchange exchange, RequestRecord record, String id, ClientAuthenticator.Outcome.Known known)
            throws ClientSink.Gone {
        List<String> models = modelsOf(known.policy());
        StringBuilder json = new StringBuilder();
        if (id.isEmpty()) {
            json.append("{\"object\":\"list\",\"data\":[");
            for (String model : models) {
                append(json.append(json.charAt(json.length() - 1) == '[' ? "" : ","), model);
            }
            json.append(']');
            String query = exchange.head().query();
            if (DETAILED.matcher(query).find()) {
                json.append(",\"models\":[").append(String.join(",", detailsOf(known.policy(), query))).append(']');
            }
            json.append('}');
        } else if (models.contains(id)) {
            append(json, id);
        } else {
            return new Reply.Refused(GatewayError.client(404, "model_not_found", "There is no model '" + id
                    + "' here, or this key may not use it.").withParam("model"));
        }
        byte[] body = json.append('\n').toString().getBytes(StandardCharsets.UTF_8);
        record.status = 200;
        exchange.answer().begin(200, body.length, lines -> {
            lines.add("content-type", "application/json");
            lines.add("date", HttpDate.now());
        });
        exchange.answer().sendWhole(body);
        return Reply.ANSWERED;
    }

    private List<String> modelsOf(ClientPolicy policy) {
        Set<String> models = new TreeSet<>();
        for (Account account : accounts) {
            boolean open = account.offer().models().isEmpty() || account.offer().models().stream().anyMatch(Account.ModelRule::isWildcard);
            for (Account.ModelRule rule : account.offer().models()) {
                if (!rule.isWildcard()) {
                    models.add(rule.from());
                }
            }
            if (open) {
                ask(account, "").models().stream().map(ModelList.Model::name)
                        .filter(model -> account.upstreamModel(model).isPresent()).forEach(models::add);
            }
        }
        return models.stream().filter(model -> Client.mayUse(policy.models(), model)).toList();
    }

    /** What accounts tell Codex of the models that this client may use, under the client's names; the first account's word counts. */
    private Collection<String> detailsOf(ClientPolicy policy, String query) {
        Map<String, String> all = new LinkedHashMap<>();
        for (Account account : accounts) {
            for (ModelList.Model model : ask(account, query).models()) {
                if (model.isDetailed()) {
                    namesOf(account, model.name()).filter(name -> Client.mayUse(policy.models(), name))
                            .forEach(name -> all.putIfAbsent(name, model.named(name)));
                }
            }
        }
        return all.values();
    }

    /** What clients call an account's model. */
    private static Stream<String> namesOf(Account account, String model) {
        Stream<String> exact = account.offer().models().stream().filter(rule -> !rule.isWildcard()).map(Account.ModelRule::from)
                .filter(name -> account.upstreamModel(name).filter(model::equals).isPresent());
        return Stream.concat(exact, Stream.of(model).filter(name -> account.upstreamModel(name).filter(model::equals).isPresent()))
                .distinct();
    }

    private ModelList ask(Account account, String query) {
        if (query.isEmpty()) {
            return plain.computeIfAbsent(account.name(), name -> new Answers(account)).answer("");
        }
        return detailed.computeIfAbsent(account.name(), name -> new Answers(account)).answer(query);
    }

    /**
     * What one account has answered. It is asked by one client at a time, for clients choose queries freely: others wait for that, and then
     * have what it answered, or their own turn.
     */
    private final class Answers {
        private final Account account;
        private final AtomicReference<Optional<CompletableFuture<Void>>> asking = new AtomicReference<>(Optional.empty());
        /** By query, the oldest first; written by who asks. */
        private volatile Map<String, Kept> kept = Map.of();

        Answers(Account account) {
            this.account = account;
        }

        ModelList answer(String query) {
            for (int turn = 0; turn < MOST_TURNS; turn++) {
                Kept before = kept.get(query);
                if (before != null && !isOld(before)) {
                    return before.models();
                }
                Optional<CompletableFuture<Void>> mine = Optional.of(new CompletableFuture<>());
                Optional<CompletableFuture<Void>> others = asking.get();
                if (others.isPresent()) {
                    others.get().join();
                } else if (asking.compareAndSet(others, mine)) {
                    return ask(query, mine.get());
                }
            }
            Kept before = kept.get(query);
            return before == null ? ModelList.NONE : before.models();
        }

        private ModelList ask(String query, CompletableFuture<Void> done) {
            try {
                ModelList models = askNow(account, query);
                Map<String, Kept> next = new LinkedHashMap<>(kept);
                next.remove(query);
                next.put(query, new Kept(models, clock.getAsLong()));
                if (next.size() > MAX_KEPT) {
                    next.remove(next.keySet().iterator().next());
                }
                kept = next;
                return models;
            } finally {
                asking.set(Optional.empty());
                done.complete(null);
            }
        }

        private boolean isOld(Kept before) {
            return clock.getAsLong() - before.atNanos() >= (before.models().models().isEmpty()
                    ? Math.min(keepNanos, KEEP_FAILURE.toNanos()) : keepNanos);
        }
    }

    private ModelList askNow(Account account, String query) {
        UpstreamRequest request = new UpstreamRequest(account, "GET", "/models" + query, HeaderPolicy.toUpstream(Headers.EMPTY, account,
                false), OutboundBody.EMPTY, LIMIT.toNanos(), LIMIT.toNanos(), "", 0, new Cancellation());
        return switch (upstream.send(request)) {
            case UpstreamResult.Unreachable unreached -> ModelList.NONE;
            case UpstreamResult.Answered answer -> {
                try (ByteSource body = answer.body()) {
                    yield answer.status() == 200 ? ModelList.read(readAll(body)) : ModelList.NONE;
                } catch (IOException e) {
                    yield ModelList.NONE;
                }
            }
        };
    }

    private static byte[] readAll(ByteSource source) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] piece = new byte[8 * 1024];
        int count = source.read(piece, 0, piece.length);
        while (count >= 0 && all.size() < MAX_ANSWER_BYTES) {
            all.write(piece, 0, count);
            count = source.read(piece, 0, piece.length);
        }
        return all.toByteArray();
    }

    private static void append(StringBuilder json, String model) {
        json.append("{\"id\":");
        JsonStrings.appendQuoted(json, model);
        json.append(",\"object\":\"model\",\"created\":0,\"owned_by\":\"sluice\"}");
    }
}
