package sluice.config;

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
        String scheduler, String upstream, String webSocket, String seats, String state, String usage) { }
