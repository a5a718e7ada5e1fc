package sluice.forward;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import sluice.api.AccountLease;
import sluice.api.AccountStatus.Quota;
import sluice.api.AnswerRelay;
import sluice.api.ByteSource;
import sluice.api.ClientSink;
import sluice.api.EventRelay;
import sluice.api.Headers;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.api.UpstreamResult;
import sluice.buffers.AnswerRoom;
import sluice.config.StreamSettings;
import sluice.net.StreamThreads;
import sluice.responses.AnswerEvent;
import sluice.responses.Route;

/** How the answer of an account reaches the client, and what keeps the client awake meanwhile. Thread-safe. */
final class Relaying {
    private final EventRelay events;
    private final StreamThreads streams;
    private final AnswerRelay answers;
    private final RelayOptions options;
    private final StreamSettings.Early early;
    private final ResponseOwners owners;
    private final AtomicInteger openStreams;

    /**
     * Relaying.
     *
     * @param options as far as they are the same for all answers
     * @param early silence after which the head of an answer is sent all the same
     * @param owners remembers whose the items of an answer are
     * @param openStreams counts streams that are under way
     */
    Relaying(EventRelay events, StreamThreads streams, AnswerRelay answers, RelayOptions options, StreamSettings.Early early,
            ResponseOwners owners, AtomicInteger openStreams) {
        this.events = events;
        this.streams = streams;
        this.answers = answers;
        this.options = options;
        this.early = early;
        this.owners = owners;
        this.openStreams = openStreams;
    }

    /** From now on the client is kept awake until the account answers. */
    void keepAwakeUntilHeaders(Call call, AccountLease lease) {
        if (call.record.stream) {
            call.answer().keepAwakeWithoutHeaders(early.stream().toNanos(), keepaliveNanos(lease));
        } else if (mayBeginWithSpace(call)) {
            call.answer().keepAwakeAsJson(early.json().toNanos());
        }
    }

    /**
     * Passes a good answer on, as the client asked for it: a stream, a stream folded to JSON, JSON as the end of a stream, or as it is.
     *
     * @param mayMoveOn whether an error that comes before any output is kept from the client, so that another account is tried
     */
    RelayOutcome relay(Call call, AccountLease lease, UpstreamResult.Answered answer, Predicate<RelayOutcome.StreamError> mayMoveOn) {
        Answer client = call.answer();
        ByteSource body = answer.body();
        boolean sse = answer.headers().isEventStream();
        if (!sse && mayBeUntold(call, answer.headers())) {
            if (call.record.stream) {
                client.keepAwakeWithoutHeaders(keepaliveNanos(lease), keepaliveNanos(lease));
            }
            BegunSource begun = new BegunSource(body);
            sse = begun.isEvents();
            body = begun;
        }
        ByteSource from = body;
        boolean asStream = sse && (call.record.stream || call.exchange.target().route() == Route.OTHER
                || call.exchange.head().method().equals("GET"));
        // JSON that is told as an event may still turn out to be none: its end is near when the event is written.
        boolean becomesEvent = !sse && call.record.stream;
        Consumer<RelayOutcome.Report> ends = soFar -> call.settleBeforeEnd(answer.status(), soFar);
        RelayOptions relayOptions = options.with(new RelayOptions.Names(lease.upstreamModel(), call.record.model), mayMoveOn,
                lease.account().endpoint().timeouts().firstOutput(), hearing(call, lease, becomesEvent ? soFar -> { } : ends))
                .withEnding(ending(call)).withCancelled(call.exchange.cancellation()::told);
        RelayOutcome outcome;
        if (asStream) {
            client.begin(answer.status(), Answer.UNKNOWN_LENGTH,
                    lines -> head(call, answer, HeaderPolicy.Form.STREAM, lines));
            client.keepAwake(keepaliveNanos(lease));
            openStreams.incrementAndGet();
            try {
                outcome = streams.run(answer.body(), () -> events.relay(from, client, relayOptions));
            } finally {
                openStreams.decrementAndGet();
            }
        } else if (sse) {
            client.begin(answer.status(), Answer.UNKNOWN_LENGTH,
                    lines -> head(call, answer, HeaderPolicy.Form.FOLDED, lines));
            if (mayBeginWithSpace(call)) {
                client.keepAwakeAsJson(early.json().toNanos());
            }
            outcome = events.fold(from, client, relayOptions);
        } else if (becomesEvent) {
            client.begin(answer.status(), Answer.UNKNOWN_LENGTH,
                    lines -> head(call, answer, HeaderPolicy.Form.STREAM, lines));
            client.keepAwake(keepaliveNanos(lease));
            outcome = asEvent(from, client, relayOptions, ends);
        } else {
            long length = relayOptions.model().mapped() || mayBeginWithSpace(call) ? Answer.UNKNOWN_LENGTH
                    : contentLength(answer.headers());
            client.begin(answer.status(), length, lines -> head(call, answer, HeaderPolicy.Form.AS_IT_IS, lines));
            if (mayBeginWithSpace(call)) {
                client.keepAwakeAsJson(early.json().toNanos());
            }
            outcome = answers.relay(from, client, relayOptions);
        }
        client.letSleep();
        return outcome;
    }

    /** JSON came where a stream was asked for: the client gets it as the event that ends one. */
    private RelayOutcome asEvent(ByteSource body, Answer client, RelayOptions relayOptions, Consumer<RelayOutcome.Report> ends) {
        try (AnswerEvent event = new AnswerEvent(relayOptions.room().maxEventBytes(), AnswerRoom.shared())) {
            return asEvent(body, client, relayOptions, ends, event);
        }
    }

    private RelayOutcome asEvent(ByteSource body, Answer client, RelayOptions relayOptions, Consumer<RelayOutcome.Report> ends,
            AnswerEvent event) {
        RelayOutcome outcome = answers.relay(body, event, relayOptions);
        if (!(outcome instanceof RelayOutcome.Completed done)) {
            return outcome;
        }
        try {
            ClientSink last = (bytes, offset, length, boundary) -> {
                ends.accept(done.report());
                client.write(bytes, offset, length, boundary);
            };
            return switch (event.end(last)) {
                case TOLD -> done;
                case TOO_LARGE -> new RelayOutcome.BrokeOff(RelayOutcome.Cause.UPSTREAM_FRAMING, "an answer above the limit of events",
                        done.report());
                case NO_ROOM -> new RelayOutcome.BrokeOff(RelayOutcome.Cause.NO_ROOM, "an answer that must be kept whole", done.report());
                case NO_ANSWER -> new RelayOutcome.BrokeOff(RelayOutcome.Cause.NO_ANSWER, "no whole JSON object", done.report());
            };
        } catch (ClientSink.Gone left) {
            return RelayOutcome.BrokeOff.of(left, done.report());
        }
    }

    /** Whether it may be a stream of events that does not say so. JSON for a client that asked for JSON is taken at its word. */
    private static boolean mayBeUntold(Call call, Headers headers) {
        return call.asksForWork() && call.exchange.target().route() != Route.OTHER
                && (call.record.stream || !headers.isOfType("application/json"));
    }

    private RelayOptions.Identified hearing(Call call, AccountLease lease, Consumer<RelayOutcome.Report> ends) {
        return new RelayOptions.Identified() {
            @Override
            public void ends(RelayOutcome.Report soFar) {
                ends.accept(soFar);
            }

            @Override
            public void identified(String responseId, String conversationId) {
                call.identified(responseId, conversationId);
            }

            @Override
            public boolean asksForItems() {
                return owners.refusesUnknown();
            }

            @Override
            public void made(String itemId) {
                if (asksForItems()) {
                    owners.made(call, itemId, lease.account().name());
                }
            }

            @Override
            public void limited(List<Quota> quotas) {
                lease.limited(quotas);
            }
        };
    }

    /** A stored response that is read again behind its end has nothing to say; other paths have other protocols. */
    private static RelayOptions.Ending ending(Call call) {
        if (call.exchange.target().route() == Route.OTHER) {
            return RelayOptions.Ending.ANY;
        }
        return call.asksForWork() ? RelayOptions.Ending.TERMINAL_EVENT : RelayOptions.Ending.TERMINAL_EVENT_OR_NOTHING;
    }

    /** Whether white space may stand before the answer: it is new work, and JSON. */
    private boolean mayBeginWithSpace(Call call) {
        return !early.json().isZero() && !call.record.stream && switch (call.exchange.target().route()) {
            case CREATE, COMPACT, INPUT_TOKENS -> true;
            case WEBSOCKET, RETRIEVE, DELETE, CANCEL, INPUT_ITEMS, MODELS, MODEL, DELETE_MODEL, HEALTH, TURN, CONTROL, OTHER -> false;
        };
    }

    private static long keepaliveNanos(AccountLease lease) {
        return lease.account().endpoint().timeouts().keepalive().toNanos();
    }

    private static void head(Call call, UpstreamResult.Answered answer, HeaderPolicy.Form form, Answer.Lines lines) {
        HeaderPolicy.toClient(answer.headers(), form, lines);
        if (call.explains()) {
            lines.add("x-sluice-explain", call.explanation());
        }
    }

    private static long contentLength(Headers headers) {
        int index = headers.find("content-length");
        return index < 0 ? Answer.UNKNOWN_LENGTH : Long.parseLong(headers.value(index));
    }
}
