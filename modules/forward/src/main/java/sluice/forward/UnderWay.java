package sluice.forward;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The requests under way, and the end of them all once the gateway's time is over. Thread-safe, without a lock of its own. */
final class UnderWay {
    private final Set<Exchange> exchanges = ConcurrentHashMap.newKeySet();
    private volatile boolean over;

    /** One more; {@link #leave} must follow. */
    void enter(Exchange exchange) {
        exchanges.add(exchange);
        if (over) {
            exchange.cancellation().end(OwnAnswers.shuttingDown());
        }
    }

    void leave(Exchange exchange) {
        exchanges.remove(exchange);
    }

    int count() {
        return exchanges.size();
    }

    /** Ends all of them, whatever they wait for, and tells their clients; requests that come later end, too. */
    void endAll() {
        over = true;
        exchanges.forEach(exchange -> exchange.cancellation().end(OwnAnswers.shuttingDown()));
    }
}
