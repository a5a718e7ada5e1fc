package sluice.forward;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import sluice.api.AccountStatus;
import sluice.api.ClientSink;
import sluice.api.GatewayError;
import sluice.api.Headers;
import sluice.http1.HttpDate;
import sluice.records.RequestRecord;

/** What the gateway answers by itself, without any account. */
final class OwnAnswers {
    private OwnAnswers() {
    }

    /** A browser asks before it sends a page's request (Fetch §4.8); it has no key yet. */
    static Reply preflight(Exchange exchange, RequestRecord record, Headers headers) throws ClientSink.Gone {
        record.status = 204;
        exchange.answer().begin(204, 0, lines -> {
            lines.add("access-control-allow-methods", "GET, POST, DELETE");
            headers.first("access-control-request-headers").ifPresent(asked -> lines.add("access-control-allow-headers", asked));
            lines.add("access-control-max-age", "600");
            lines.add("date", HttpDate.now());
        });
        exchange.answer().sendWhole(new byte[0]);
        return Reply.ANSWERED;
    }

    /** Whether the gateway is there ({@code /health/live}), and whether it can serve (the other two). */
    static Reply health(InForce now, Exchange exchange, RequestRecord record, boolean draining) throws ClientSink.Gone {
        boolean ready = !draining && now.scheduler().accounts().stream()
                .anyMatch(account -> account.state() != AccountStatus.State.DISABLED);
        boolean good = exchange.target().id().equals("/live") || ready;
        String text = good ? "{\"status\":\"UP\"}\n" : "{\"status\":\"DOWN\",\"reason\":\""
                + (draining ? "draining" : "no account is enabled") + "\"}\n";
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        record.status = good ? 200 : 503;
        exchange.answer().begin(record.status, body.length, lines -> {
            lines.add("content-type", "application/json");
            lines.add("date", HttpDate.now());
        });
        exchange.answer().sendWhole(body);
        return Reply.ANSWERED;
    }

    /** The refusal of a request too many. */
    static GatewayError busy() {
        return GatewayError.gateway(503, "gateway_busy",
                "The gateway is handling as many requests as it may (limits.concurrent-requests), or as many as leave some to clients "
                        + "with few (limits.reserve-percent).")
                .withRetryAfter(Duration.ofSeconds(1));
    }

    /** No request is taken any more. */
    static GatewayError shuttingDown() {
        return GatewayError.gateway(503, "draining", "The gateway is shutting down; connect again.")
                .withRetryAfter(Duration.ofSeconds(1));
    }

    /** A bug. */
    static GatewayError internal(String requestId) {
        return GatewayError.gateway(500, "internal_error",
                "The gateway failed; its log tells more under request id " + requestId + ".");
    }
}
