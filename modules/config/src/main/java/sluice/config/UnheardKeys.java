package sluice.config;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Keys that a chosen provider does not hear. Given beside it they would mean nothing, and be believed: an account's proxy, say, or an
 * authority of one's own. Stateless.
 */
final class UnheardKeys {
    /** What one provider does not hear of what the others do. */
    private record Deaf(String module, String provider, List<String> keys) { }

    private static final List<String> STICKINESS = List.of("scheduler.weights.queue", "scheduler.weights.quota",
            "scheduler.sticky.price-ms-per-1k-cached-tokens", "scheduler.sticky.error-cost", "scheduler.sticky.min-gain",
            "scheduler.sticky.hysteresis", "scheduler.sticky.max-ttft", "scheduler.sticky.max-errors");

    private static final List<Deaf> ALL = List.of(
            new Deaf("modules.upstream", "webclient", List.of("accounts[].proxy", "accounts[].timeouts.write", "stream.write-timeout",
                    "upstream.ca", "upstream.header", "upstream.idle-timeout", "failover.stale-reset")),
            new Deaf("modules.scheduler", "sorting", STICKINESS),
            new Deaf("modules.scheduler", "decoding", STICKINESS),
            new Deaf("modules.relay", "per-line", List.of("stream.buffer")),
            new Deaf("modules.usage", "log", List.of("usage.keep-days", "usage.keep-rows")),
            new Deaf("modules.usage", "sqlite", List.of("usage.rotate", "usage.keep")));

    private UnheardKeys() {
    }

    /** A key that is given and not heard, and the provider that does not hear it. */
    record Unheard(String path, String module, String provider) {
        String message() {
            return "has no effect with `" + module + ": " + provider + "`, which does not know it: remove it, or choose another module";
        }
    }

    /** All that are given, and say something: who writes a default down, as {@code sluice check} does, asks for nothing. */
    static List<Unheard> given(Values values) {
        List<Unheard> found = new ArrayList<>();
        for (Deaf deaf : ALL) {
            if (values.find(deaf.module, String.class).filter(deaf.provider::equals).isPresent()) {
                deaf.keys.stream().flatMap(key -> paths(values, key)).filter(path -> isGiven(values, path))
                        .forEach(path -> found.add(new Unheard(path, deaf.module, deaf.provider)));
            }
        }
        return found;
    }

    private static Stream<String> paths(Values values, String key) {
        int list = key.indexOf("[]");
        return list < 0 ? Stream.of(key) : IntStream.range(0, values.size(key.substring(0, list)))
                .mapToObj(i -> key.substring(0, list) + '[' + i + ']' + key.substring(list + 2));
    }

    private static boolean isGiven(Values values, String path) {
        return values.value(path).filter(value -> value.origin() != Value.Origin.DEFAULT).filter(value ->
                !(value.shown() instanceof YamlNode.Scalar written && written.text().equals(value.key().fallback()))).isPresent();
    }
}
