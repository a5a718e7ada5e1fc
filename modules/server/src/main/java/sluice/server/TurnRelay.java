package sluice.server;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import sluice.api.Account;
import sluice.api.EventFacts;
import sluice.api.ModelNames;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.api.TokenUsage;
import sluice.records.RequestRecord;
import sluice.responses.RestoredNames;

/**
 * The events of one attempt at a turn on their way to the client, message by message and on the thread that reads them from
 * the account. As in a stream, an error that comes before anything was passed on is kept back, so that another account can be
 * tried; with {@code failover.commit: first-output} so are the opening events.
 *
 * <p>Thread-safe: {@code lock} guards everything, and is held while a message is written, so that messages keep their order.
 * The turn's own thread waits in {@link #await}.
 */
final class TurnRelay {
    /** How the attempt ended. */
    sealed interface End {
        /** The client has the terminal event, which may tell of a failure. */
        record Completed(EventFacts last) implements End { }

        /** The account refused with {@code message}, of which the client knows nothing. */
        record Refused(EventFacts facts, byte[] message) implements End { }

        /** One side broke off. */
        record Broken(RelayOutcome.Cause cause, String detail) implements End { }
    }

    private final Turn turn;
    private final ModelNames names;
    private final RelayOptions options;
    private final Account.Timeouts timeouts;
    private final Predicate<EventFacts> movesOn;
    private final RelayOptions.Identified began;
    private final LongSupplier clock;
    private final CompletableFuture<End> end = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final List<byte[]> held = new ArrayList<>();
    private final long startedNanos;
    private int heldBytes;
    private boolean committed;
    private volatile long heldSinceNanos;
    private volatile long lastEventNanos;
    private volatile long firstOutputNanos;
    private volatile boolean writing;
    /** The terminal event is on its way: a client that has it may leave before this side knows that it was written. */
    private volatile boolean ending;
    private volatile String responseId = "";
    private String conversationId = "";
    private volatile long sequenceNumber = -1;
    private volatile long deltas;

    /**
     * A relay of the next attempt.
     *
     * @param movesOn whether an error that comes first is kept back
     * @param began learns which response the client gets, before the client does
     */
    TurnRelay(Turn turn, ModelNames names, RelayOptions options, Account.Timeouts timeouts, Predicate<EventFacts> movesOn,
            RelayOptions.Identified began) {
        this.turn = turn;
        this.names = names;
        this.options = options;
        this.timeouts = timeouts;
        this.movesOn = movesOn;
        this.began = began;
        clock = options.nanoClock();
        startedNanos = clock.getAsLong();
    }

    /** The mapped model that is restored. */
    ModelNames names() {
        return names;
    }

    /** Waits for the end of the attempt. */
    End await() {
        return end.join();
    }

    /** Whether the attempt has ended. */
    boolean isOver() {
        return end.isDone();
    }

    /** Runs {@code action} if the attempt is broken off, on the thread that does it; it must not block. */
    void onBroken(Runnable action) {
        end.thenAccept(how -> {
            if (how instanceof End.Broken) {
                action.run();
            }
        });
    }

    /** Whether any event came. */
    boolean anyEvent() {
        return lastEventNanos != 0;
    }

    /** The response's id as the events told it; empty if none did. */
    String responseId() {
        return responseId;
    }

    /** The number of the last event; -1 if none had one. */
    long sequenceNumber() {
        return sequenceNumber;
    }

    /** When the first output came; 0 if none did. */
    long firstOutputNanos() {
        return firstOutputNanos;
    }

    /** One event of the turn: {@code buffer[offset, offset + length)}. */
    void event(EventFacts facts, byte[] buffer, int offset, int length) {
        lock.lock();
        writing = true;
        try {
            if (end.isDone()) {
                // What follows a refusal belongs to an answer that nobody was given.
                if (committed) {
                    pass(facts, buffer, offset, length);
                }
                return;
            }
            note(facts);
            if (!committed && facts.kind() == EventFacts.Kind.FAILED && movesOn.test(facts)) {
                held.clear();
                end.complete(new End.Refused(facts, Arrays.copyOfRange(buffer, offset, offset + length)));
                return;
            }
            if (!committed && holds(facts, length)) {
                heldSinceNanos = heldSinceNanos == 0 ? lastEventNanos : heldSinceNanos;
                heldBytes += length;
                held.add(restored(facts, buffer, offset, length));
                return;
            }
            boolean first = !committed;
            release();
            turn.record.answerBytes += length;
            ending = facts.kind().terminal();
            if (ending) {
                // Before the client can know: one that leaves now leaves a connection that its next one can have.
                turn.socket.binding().leave(turn);
            }
            pass(facts, buffer, offset, length);
            if (first || ending) {
                turn.record.flushes++;
                turn.socket.flush();
            }
            if (ending) {
                end.complete(new End.Completed(facts));
            }
        } catch (IOException e) {
            end.complete(new End.Broken(RelayOutcome.Cause.CLIENT_GONE, String.valueOf(e.getMessage())));
        } finally {
            writing = false;
            lock.unlock();
        }
    }

    private void pass(EventFacts facts, byte[] buffer, int offset, int length) throws IOException {
        if (facts.models().isEmpty()) {
            turn.socket.sendLater(buffer, offset, length);
        } else {
            byte[] message = RestoredNames.copy(facts, buffer, offset, offset + length, names);
            turn.socket.sendLater(message, 0, message.length);
        }
    }

    private byte[] restored(EventFacts facts, byte[] buffer, int offset, int length) {
        return facts.models().isEmpty() ? Arrays.copyOfRange(buffer, offset, offset + length)
                : RestoredNames.copy(facts, buffer, offset, offset + length, names);
    }

    private void note(EventFacts facts) {
        lastEventNanos = clock.getAsLong();
        RequestRecord record = turn.record;
        record.events++;
        if (record.headersNanos == 0 || record.headersNanos < record.sentNanos) {
            record.headersNanos = lastEventNanos;
            record.firstEventNanos = lastEventNanos;
        }
        boolean news = !facts.responseId().isEmpty() && !facts.responseId().equals(responseId)
                || !facts.conversationId().isEmpty() && !facts.conversationId().equals(conversationId);
        if (news) {
            responseId = facts.responseId().isEmpty() ? responseId : facts.responseId();
            conversationId = facts.conversationId().isEmpty() ? conversationId : facts.conversationId();
            if (committed) {
                began.identified(responseId, conversationId);
            }
        }
        if (facts.sequenceNumber() >= 0) {
            sequenceNumber = facts.sequenceNumber();
        }
        switch (facts.kind()) {
            case OPENING, FAILED -> { }
            case DELTA, OUTPUT, TERMINAL -> {
                deltas += facts.kind() == EventFacts.Kind.DELTA ? 1 : 0;
                firstOutputNanos = firstOutputNanos == 0 ? lastEventNanos : firstOutputNanos;
            }
        }
    }

    private boolean holds(EventFacts facts, int length) {
        return options.commit() == RelayOptions.Commit.FIRST_OUTPUT && facts.kind() == EventFacts.Kind.OPENING
                && heldBytes + length <= options.holdBytes();
    }

    /** From now on the client sees this attempt. */
    private void release() throws IOException {
        if (!committed) {
            committed = true;
            turn.committed();
            began.identified(responseId, conversationId);
            for (byte[] message : held) {
                turn.record.answerBytes += message.length;
                turn.socket.sendLater(message, 0, message.length);
            }
            held.clear();
        }
        heldSinceNanos = 0;
    }

    /** No further event is here yet: the client gets what waits. */
    void quiet() {
        if (turn.socket.flushQuietly() && !end.isDone()) {
            turn.record.flushes++;
        }
    }

    /** The attempt is over, unless it is already. */
    void broken(RelayOutcome.Cause cause, String detail) {
        if (!ending) {
            end.complete(new End.Broken(cause, detail));
        }
    }

    /** Looks after limits; called by the sweeper. */
    void sweep(long nowNanos) {
        if (writing || end.isDone()) {
            return;
        }
        long last = lastEventNanos;
        if (last == 0 ? over(nowNanos - startedNanos, timeouts.headersStreaming()) : over(nowNanos - last, timeouts.idle())) {
            broken(RelayOutcome.Cause.UPSTREAM_IDLE, "no event in time");
        } else if (firstOutputNanos == 0 && over(nowNanos - startedNanos, timeouts.firstOutput())) {
            broken(RelayOutcome.Cause.FIRST_OUTPUT_TIMEOUT, "no output in time");
        }
        long since = heldSinceNanos;
        if (since != 0 && over(nowNanos - since, options.hold())) {
            heldSinceNanos = 0;
            // Writing may block, and the sweeper must not.
            Thread.startVirtualThread(this::releaseHeld);
        }
    }

    private static boolean over(long nanos, Duration limit) {
        return !limit.isZero() && nanos > limit.toNanos();
    }

    private void releaseHeld() {
        lock.lock();
        try {
            if (!end.isDone()) {
                release();
                turn.record.flushes++;
                turn.socket.flush();
            }
        } catch (IOException e) {
            broken(RelayOutcome.Cause.CLIENT_GONE, String.valueOf(e.getMessage()));
        } finally {
            lock.unlock();
        }
    }

    /** A guess at what the answer used, for one that was broken off. */
    TokenUsage estimate(int bytesPerToken) {
        return lastEventNanos == 0 ? TokenUsage.NONE : TokenUsage.estimate(turn.record.requestBytes / bytesPerToken, deltas);
    }
}
