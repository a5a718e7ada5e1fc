package sluice.ops;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import sluice.admin.AdminAnswer;
import sluice.admin.Visits;
import sluice.records.EndedRequest;

/** What an operator's open page is told as it happens: requests that end, and each second the state of everything. Thread-safe. */
final class LiveEvents {
    private static final long STATE_EVERY_MILLIS = 1000;
    private static final String EVENTS = "text/event-stream";

    private final Operations operations;
    private final GatewayView gateway;

    LiveEvents(Operations operations, GatewayView gateway) {
        this.operations = operations;
        this.gateway = gateway;
    }

    /** Answers with events until the listener leaves. */
    void serve(ServerRequest request, ServerResponse response) {
        if (AdminAnswer.isHead()) {
            AdminAnswer.send(response, EVENTS, "");
            return;
        }
        Visits.Visit visit = request.context().get(Visits.Visit.class).orElseThrow();
        Optional<LiveFeed.Listener> listening = operations.feed().listen(visit);
        if (listening.isEmpty()) {
            AdminAnswer.fail(response, Status.SERVICE_UNAVAILABLE_503, "too_many_listeners", "There are " + LiveFeed.MAX_LISTENERS
                    + " listeners, as many as there may be, and all of them are new.");
            return;
        }
        response.headers().set(HeaderNames.CONTENT_TYPE, EVENTS);
        response.headers().set(HeaderNames.CACHE_CONTROL, "no-cache");
        try (LiveFeed.Listener listener = listening.get()) {
            OutputStream out = response.outputStream();
            tell(listener, visit, out);
            out.close();
        } catch (IOException | UncheckedIOException e) {
            // The listener has left; there is nobody to tell.
        } catch (InterruptedException e) {
            if (!visit.isEnded()) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Requests as they end, and the state of everything each second, until the listener leaves or the gateway ends. */
    private void tell(LiveFeed.Listener listener, Visits.Visit visit, OutputStream out) throws IOException, InterruptedException {
        long stateAt = System.nanoTime();
        BudgetWatch budgets = new BudgetWatch();
        state(budgets, out);
        while (!operations.closed()) {
            Optional<EndedRequest> next = listener.next(STATE_EVERY_MILLIS);
            if (next.isPresent()) {
                event(out, "request", operations.request(next.get()));
            }
            if (System.nanoTime() - stateAt >= STATE_EVERY_MILLIS * 1_000_000) {
                stateAt = System.nanoTime();
                long lost = listener.takeLost();
                if (lost > 0) {
                    event(out, "lost", JsonOut.object(json -> json.number("requests", lost)));
                }
                state(budgets, out);
                visit.progress();
            }
        }
    }

    private void state(BudgetWatch budgets, OutputStream out) throws IOException {
        event(out, "state", operations.overview());
        for (String budget : budgets.fresh(gateway.money())) {
            event(out, "budget", budget);
        }
    }

    private static void event(OutputStream out, String type, String data) throws IOException {
        out.write(("event: " + type + "\ndata: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
