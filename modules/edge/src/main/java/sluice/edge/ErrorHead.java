package sluice.edge;

import sluice.api.GatewayError;
import sluice.forward.Answer;
import sluice.http1.HttpDate;

/**
 * The headers of an answer that is an error of the gateway's own, or is told by it.
 *
 * @param allowed the methods that the path takes, for 405; empty for every other error
 */
record ErrorHead(GatewayError error, String allowed) implements Answer.Head {
    @Override
    public void writeTo(Answer.Lines lines) {
        lines.add("content-type", "application/json");
        lines.add("date", HttpDate.now());
        lines.add("x-sluice-error", error.source() == GatewayError.Source.UPSTREAM ? "upstream" : "gateway");
        if (!error.retryAfter().isZero()) {
            lines.add("retry-after", Long.toString(error.retryAfterSeconds()));
        }
        if (error.isFinal()) {
            lines.add("x-should-retry", "false");
        }
        switch (error.status()) {
            case 401 -> lines.add("www-authenticate", "Bearer realm=\"sluice\"");
            case 405 -> lines.add("allow", allowed);
            case 426 -> lines.add("upgrade", "websocket");
            default -> { }
        }
    }
}
