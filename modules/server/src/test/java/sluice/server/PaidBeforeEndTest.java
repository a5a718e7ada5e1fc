package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.api.AnswerRelay;
import sluice.api.ByteSource;
import sluice.api.ClientSink;
import sluice.api.EventRelay;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.config.KeyHash;

/** Whoever has seen the end of an answer may ask again at once, and finds paid what that answer has used, and nothing reserved for it. */
class PaidBeforeEndTest extends AtAllDoors {
    private static final String MODEL = "gpt-5.1";
    private static final String ASK = "{\"model\":\"gpt-5.1\",\"stream\":true,\"store\":false,\"input\":\"hi\"}";
    private static final String WHOLE = "{\"model\":\"gpt-5.1\",\"store\":false,\"input\":\"hi\"}";

    /** What the first request asks for, and how its account answers. */
    private enum Way {
        STREAM(ASK) {
            @Override
            SayingUpstream.Say say(String status, String usage) {
                return events(status, usage);
            }
        },
        JSON(WHOLE) {
            @Override
            SayingUpstream.Say say(String status, String usage) {
                return SayingUpstream.status(200, SayingUpstream.response(status, MODEL, usage));
            }
        },
        STREAM_AS_JSON(WHOLE) {
            @Override
            SayingUpstream.Say say(String status, String usage) {
                return events(status, usage);
            }
        };

        private final String body;

        Way(String body) {
            this.body = body;
        }

        abstract SayingUpstream.Say say(String status, String usage);

        private static SayingUpstream.Say events(String status, String usage) {
            return SayingUpstream.events(SayingUpstream.created(MODEL), SayingUpstream.delta(1, "well"),
                    SayingUpstream.end("response." + status, status, MODEL, usage));
        }
    }

    static Stream<Arguments> answers() {
        return Arrays.stream(Door.values()).flatMap(door -> Arrays.stream(Way.values())
                .filter(way -> door.hasRoutes() || way == Way.STREAM).flatMap(way -> Stream.of("completed", "incomplete", "failed")
                        .filter(end -> way == Way.STREAM || end.equals("completed"))
                        .flatMap(end -> Stream.of(SayingUpstream.usage(), "").flatMap(usage -> Stream.of("batching, answer: streaming",
                                "per-line, answer: buffered").map(relay -> Arguments.of(door, way, end, usage, relay))))));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void theNextRequestFindsTheBudgetFree(Door door, Way way, String end, String usage, String relay) throws Exception {
        AtomicBoolean isNext = new AtomicBoolean();
        upstream.account("sk-a", asked -> isNext.getAndSet(true) ? SayingUpstream.well(asked) : way.say(end, usage));
        CountDownLatch seen = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        try (RunningGateway gateway = RunningGateway.of("server: {" + Door.settings(authority) + "}\naccounts: [{name: a, base-url: \""
                + upstream.uri() + "\", api-key: sk-a}]\nclients: [{name: one, key-sha256: " + KeyHash.of("key").hex()
                + ", budget-usd: {day: 100}}]\nusage: {prices: [{model: \"*\", input: 1000000, output: 1000000}]}\n"
                + "modules: {relay: " + relay + "}\n", providers -> withoutEnd(providers, seen, over));
                Door.Visitor first = door.enter(gateway, authority, "key"); Door.Visitor next = door.enter(gateway, authority, "key");
                AutoCloseable _ = over::countDown) {
            CompletableFuture<Heard> answer = CompletableFuture.supplyAsync(() -> asked(first, way.body));
            answer.whenComplete((heard, failure) -> seen.countDown());
            seen.await();
            Heard heard = asked(next, ASK);
            assertEquals(200, heard.status(), heard::text);
            over.countDown();
            assertEquals(200, answer.join().status());
        }
    }

    private static Heard asked(Door.Visitor visitor, String body) {
        try {
            return visitor.ask(body);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** The relays, of which the first to write an answer does not come back before {@code over}. */
    private static Providers withoutEnd(Providers real, CountDownLatch seen, CountDownLatch over) {
        EventRelay events = new EventRelay() {
            @Override
            public String name() {
                return real.events().name();
            }

            @Override
            public RelayOutcome relay(ByteSource source, ClientSink sink, RelayOptions options) {
                return held(() -> real.events().relay(source, sink, options));
            }

            @Override
            public RelayOutcome fold(ByteSource source, ClientSink sink, RelayOptions options) {
                return held(() -> real.events().fold(source, sink, options));
            }

            private RelayOutcome held(Supplier<RelayOutcome> relay) {
                return PaidBeforeEndTest.held(relay, seen, over);
            }
        };
        AnswerRelay answers = new AnswerRelay() {
            @Override
            public String name() {
                return real.answers().name();
            }

            @Override
            public RelayOutcome relay(ByteSource source, ClientSink sink, RelayOptions options) {
                return held(() -> real.answers().relay(source, sink, options), seen, over);
            }
        };
        return new Providers(real.scanner(), real.collector(), events, answers, real.streams(), real.scheduler(), real.policy(),
                real.upstream(), real.turnPool(), real.seats(), real.state(), real.usage(), real.decoders());
    }

    private static RelayOutcome held(Supplier<RelayOutcome> relay, CountDownLatch seen, CountDownLatch over) {
        boolean first = seen.getCount() > 0;
        RelayOutcome outcome = relay.get();
        seen.countDown();
        try {
            if (first) {
                over.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return outcome;
    }
}
