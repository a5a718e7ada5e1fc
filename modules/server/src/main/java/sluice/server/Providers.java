package sluice.server;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import sluice.api.AccountScheduler;
import sluice.api.AnswerRelay;
import sluice.api.BodyDecoder;
import sluice.api.BodyScanner;
import sluice.api.EventRelay;
import sluice.api.Named;
import sluice.api.SelectionPolicy;
import sluice.api.SharedState;
import sluice.api.TurnPool;
import sluice.api.Upstream;
import sluice.api.UsageSink;
import sluice.buffers.BodyCollector;
import sluice.config.ModuleChoice;
import sluice.net.StreamThreads;

/**
 * The chosen provider of each service. Immutable.
 *
 * @param scanner {@code modules.body}
 * @param collector {@code modules.collector}
 * @param events {@code modules.relay}
 * @param answers {@code modules.answer}
 * @param streams {@code modules.streams}
 * @param scheduler keeps the accounts; there is one
 * @param policy {@code modules.scheduler}
 * @param upstream {@code modules.upstream}
 * @param turnPool {@code modules.websocket}
 * @param seats {@code modules.seats}
 * @param state {@code modules.state}
 * @param usage {@code modules.usage}
 * @param decoders all there are
 */
record Providers(BodyScanner scanner, BodyCollector collector, EventRelay events, AnswerRelay answers,
        StreamThreads.Factory streams, AccountScheduler.Factory scheduler, SelectionPolicy.Factory policy, Upstream.Factory upstream,
        TurnPool.Factory turnPool, TurnPool.Seats.Factory seats, SharedState.Factory state,
        UsageSink.Factory usage, List<BodyDecoder> decoders) {
    /**
     * Finds the providers by the names of the configuration, in this image and its {@code plugins} folder.
     *
     * @throws IllegalArgumentException if there is none of a name; the message has a line for each, with those that there are
     */
    static Providers find(ModuleChoice modules) {
        Finder finder = new Finder();
        Providers found = new Providers(
                finder.named(ServiceLoader.load(BodyScanner.class), "body", modules.body()),
                finder.named(ServiceLoader.load(BodyCollector.class), "collector", modules.collector()),
                finder.named(ServiceLoader.load(EventRelay.class), "relay", modules.relay()),
                finder.named(ServiceLoader.load(AnswerRelay.class), "answer", modules.answer()),
                finder.named(ServiceLoader.load(StreamThreads.Factory.class), "streams", modules.streams()),
                ServiceLoader.load(AccountScheduler.Factory.class).findFirst().orElseThrow(),
                finder.named(ServiceLoader.load(SelectionPolicy.Factory.class), "scheduler", modules.scheduler()),
                finder.named(ServiceLoader.load(Upstream.Factory.class), "upstream", modules.upstream()),
                finder.named(ServiceLoader.load(TurnPool.Factory.class), "websocket", modules.webSocket()),
                finder.named(ServiceLoader.load(TurnPool.Seats.Factory.class), "seats", modules.seats()),
                finder.named(ServiceLoader.load(SharedState.Factory.class), "state", modules.state()),
                finder.named(ServiceLoader.load(UsageSink.Factory.class), "usage", modules.usage()),
                ServiceLoader.load(BodyDecoder.class).stream().map(ServiceLoader.Provider::get).toList());
        finder.refuse();
        return found;
    }

    /** The same with another sink of usage. */
    Providers withUsage(UsageSink.Factory other) {
        return new Providers(scanner, collector, events, answers, streams, scheduler, policy, upstream, turnPool, seats,
                state, other, decoders);
    }

    /** Finds one provider after the other, and tells of all that are missing together. */
    private static final class Finder {
        private final List<String> missing = new ArrayList<>();

        private <T extends Named> T named(ServiceLoader<T> providers, String key, String name) {
            List<T> all = providers.stream().map(ServiceLoader.Provider::get).toList();
            for (T provider : all) {
                if (provider.name().equals(name)) {
                    return provider;
                }
            }
            missing.add("modules." + key + ": there is no provider '" + name + "'; there is "
                    + all.stream().map(Named::name).sorted().collect(Collectors.joining(", ")));
            return null; // and refuse() throws
        }

        private void refuse() {
            if (!missing.isEmpty()) {
                throw new IllegalArgumentException(String.join("\n", missing));
            }
        }
    }
}
