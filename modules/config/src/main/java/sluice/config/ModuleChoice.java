package sluice.config;

import java.util.function.UnaryOperator;

/**
 * The name of the provider of each service: the keys below {@code modules:}.
 *
 * @param body of {@link sluice.api.BodyScanner}
 * @param collector of {@code sluice.buffers.BodyCollector}
 * @param relay of {@link sluice.api.EventRelay}
 * @param answer of {@link sluice.api.AnswerRelay}
 * @param streams of {@code sluice.net.StreamThreads.Factory}
 * @param scheduler of {@link sluice.api.SelectionPolicy.Factory}
 * @param upstream of {@link sluice.api.Upstream.Factory} for HTTP
 * @param webSocket of {@link sluice.api.Upstream.Factory} for WebSocket
 * @param seats of {@link sluice.api.TurnPool.Seats.Factory}
 * @param state of {@link sluice.api.SharedState.Factory}
 * @param usage of {@link sluice.api.UsageSink.Factory}
 */
public record ModuleChoice(String body, String collector, String relay, String answer, String streams,
        String scheduler, String upstream, String webSocket, String seats, String state, String usage) {
    /** What is chosen where nothing is. */
    static final ModuleChoice USUAL = by(key -> Keys.ALL.get("modules." + key).fallback());

    /** The choice whose names {@code name} gives, by key. */
    static ModuleChoice by(UnaryOperator<String> name) {
        return new ModuleChoice(name.apply("body"), name.apply("collector"), name.apply("relay"), name.apply("answer"),
                name.apply("streams"), name.apply("scheduler"), name.apply("upstream"), name.apply("websocket"), name.apply("seats"),
                name.apply("state"), name.apply("usage"));
    }
}
