package sluice.turns;

import java.util.function.LongSupplier;
import java.util.function.Predicate;
import sluice.api.AccountScheduler;
import sluice.api.SelectionRequest;
import sluice.api.Upstream;
import sluice.config.Configuration;
import sluice.forward.WebSocketRefusals;

/**
 * What a turn has besides its client's own connection to an account. Immutable; its parts are thread-safe.
 *
 * @param http calls an account by HTTP
 * @param offer which models are served by WebSocket
 * @param refusals accounts that have none
 * @param available whether some account could take such a request now
 */
record TurnMeans(Upstream http, WebSocketOffer offer, WebSocketRefusals refusals, Predicate<SelectionRequest> available) {
    static TurnMeans of(Configuration configuration, Upstream http, AccountScheduler scheduler, WebSocketRefusals refusals,
            LongSupplier clock) {
        return new TurnMeans(http, new WebSocketOffer(configuration.accounts(), refusals, configuration.webSocket().unavailable(), clock),
                refusals, wish -> !scheduler.explain(wish).account().isEmpty());
    }
}
