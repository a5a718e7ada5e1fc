package sluice.ops;

import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import sluice.admin.AdminAnswer;
import sluice.config.ClientPolicy;
import sluice.config.Quota;

/** The routes of the admin API that make clients and change their keys. Thread-safe. */
final class ClientRoutes {
    private static final int MAX_BODY_BYTES = 64 * 1024;
    /** A day: whoever hands out the new key can do it in working hours. */
    private static final Duration USUAL_OVERLAP = Duration.ofDays(1);
    private static final Duration MOST_OVERLAP = Duration.ofDays(366);
    private static final Set<String> TERMS = Set.of("name", "team", "models", "concurrency", "requests_per_minute", "tokens_per_minute",
            "budget_usd", "diagnostics", "expires");

    /** A body that is not as it should be. */
    private static final class BadBody extends Exception {
        private static final long serialVersionUID = 1;

        BadBody(String message) {
            super(message);
        }
    }

    private interface Deed {
        KeyDesk.Outcome with(JsonTree body) throws BadBody;
    }

    private final KeyDesk desk;

    ClientRoutes(KeyDesk desk) {
        this.desk = desk;
    }

    void routing(HttpRouting.Builder routing) {
        routing.post("/admin/clients", (request, response) -> answer(request, response, body -> {
            known(body, TERMS);
            return desk.add(terms(body), expires(body));
        }));
        routing.post("/admin/clients/{name}/rotate", (request, response) -> answer(request, response, body -> {
            known(body, Set.of("overlap_seconds", "expires"));
            Duration overlap = body.has("overlap_seconds") ? Duration.ofSeconds(whole(body, "overlap_seconds", MOST_OVERLAP.toSeconds()))
                    : USUAL_OVERLAP;
            return desk.rotate(name(request), overlap, expires(body));
        }));
        routing.post("/admin/clients/{name}/revoke", (request, response) -> answer(request, response, body -> {
            known(body, Set.of("key"));
            return desk.revoke(name(request), body.text("key"));
        }));
    }

    private static String name(ServerRequest request) {
        return request.path().pathParameters().get("name");
    }

    private static void answer(ServerRequest request, ServerResponse response, Deed deed) {
        try {
            String text = new String(AdminAnswer.read(request, MAX_BODY_BYTES), StandardCharsets.UTF_8);
            tell(response, deed.with(text.isBlank() ? JsonTree.parse("{}") : JsonTree.parse(text)));
        } catch (BadBody e) {
            AdminAnswer.fail(response, Status.BAD_REQUEST_400, "bad_client", e.getMessage());
        } catch (IOException e) {
            AdminAnswer.fail(response, Status.BAD_REQUEST_400, "bad_client", "The body is no JSON object.");
        }
    }

    private static void tell(ServerResponse response, KeyDesk.Outcome outcome) {
        switch (outcome) {
            case KeyDesk.Outcome.Issued issued -> {
                log("client " + issued.client() + ": key " + issued.id() + " was issued by the admin API");
                response.status(Status.CREATED_201);
                AdminAnswer.json(response, JsonOut.object(json -> {
                    json.text("name", issued.client()).text("key", issued.key()).text("id", issued.id());
                    json.moment("expires", issued.expires());
                    json.moment("former_until", issued.formerUntil());
                }));
            }
            case KeyDesk.Outcome.Revoked(String client, int keys, int left) -> {
                log("client " + client + ": " + keys + " keys were taken back by the admin API");
                AdminAnswer.json(response, JsonOut.object(json -> json.text("name", client).number("revoked", keys).number("left", left)));
            }
            case KeyDesk.Outcome.Refused(KeyDesk.Reason reason, String message) ->
                AdminAnswer.fail(response, status(reason), reason.name().toLowerCase(Locale.ROOT), message);
        }
    }

    private static Status status(KeyDesk.Reason reason) {
        return switch (reason) {
            case BAD_CLIENT -> Status.BAD_REQUEST_400;
            case UNKNOWN_CLIENT -> Status.NOT_FOUND_404;
            case NO_STATE, CLIENT_EXISTS, CLIENT_OF_FILE -> Status.CONFLICT_409;
            case NOT_KEPT -> Status.INTERNAL_SERVER_ERROR_500;
        };
    }

    private static void log(String message) {
        System.getLogger("sluice.ops").log(System.Logger.Level.INFO, message);
    }

    private static void known(JsonTree body, Set<String> names) throws BadBody {
        for (String name : body.names()) {
            if (!names.contains(name)) {
                throw new BadBody("There is no member '" + name + "'; there are " + String.join(", ", new TreeSet<>(names)) + ".");
            }
        }
    }

    private static ClientPolicy terms(JsonTree body) throws BadBody {
        JsonTree budget = body.get("budget_usd");
        known(budget, Set.of("day", "month"));
        List<String> models = body.each("models").stream().map(JsonTree::asText).toList();
        return new ClientPolicy(body.text("name"), body.text("team"), ClientPolicy.Access.CLOSED, models,
                new Quota((int) whole(body, "concurrency", 10_000_000), (int) whole(body, "requests_per_minute", 100_000_000),
                        whole(body, "tokens_per_minute", 1_000_000_000_000L), new Quota.Budget(dollars(budget, "day"),
                                dollars(budget, "month"))), new ClientPolicy.Extras(true, body.text("diagnostics").equals("true")));
    }

    private static long whole(JsonTree body, String name, long most) throws BadBody {
        String text = body.text(name);
        if (!text.isEmpty() && (!text.matches("[0-9]{1,15}") || Long.parseLong(text) > most)) {
            throw new BadBody(name + " must be a whole number up to " + most + ".");
        }
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }

    private static double dollars(JsonTree budget, String period) throws BadBody {
        String text = budget.text(period);
        if (!text.isEmpty() && !text.matches("[0-9]{1,9}([.][0-9]{1,9})?")) {
            throw new BadBody("budget_usd." + period + " must be dollars, such as 12.50.");
        }
        return text.isEmpty() ? 0 : Double.parseDouble(text);
    }

    private static Instant expires(JsonTree body) throws BadBody {
        String text = body.text("expires");
        try {
            return text.isEmpty() ? Instant.MAX : Instant.parse(text);
        } catch (DateTimeException e) {
            throw new BadBody("expires must be a moment such as 2026-12-31T00:00:00Z.");
        }
    }
}
