package sluice.api;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * How one answer is relayed. See DESIGN §6 for each number.
 *
 * @param bufferBytes largest size of the relay buffer: most that is read, and written, at once
 * @param maxEventBytes largest event; a larger one breaks the stream
 * @param commit when the first byte goes to the client
 * @param holdBytes with {@code FIRST_OUTPUT}: most bytes that are held back
 * @param hold with {@code FIRST_OUTPUT}: longest time that they are held back
 * @param firstOutput longest time to the first output event; zero: none
 * @param afterTerminal how long the upstream is read on after the terminal event
 * @param drain after the client has left: how long the upstream is read on for its usage; zero: not at all
 * @param drainBytes after the client has left: how much is read on
 * @param model the name to restore
 * @param refusable whether an error that comes before any byte was written may be refused, so that another account is tried;
 *     an error that may not is relayed as any other event
 * @param sweeper for the limits above
 * @param nanoClock monotonic clock
 * @param epochMillis wall clock, for the time of a {@code response.failed}
 * @param identified is told the ids as soon as they are known
 */
public record RelayOptions(int bufferBytes, int maxEventBytes, Commit commit, int holdBytes, Duration hold,
        Duration firstOutput, Duration afterTerminal, Duration drain, long drainBytes, ModelNames model,
        Predicate<RelayOutcome.StreamError> refusable, Sweeper sweeper, LongSupplier nanoClock, LongSupplier epochMillis,
        Identified identified) {
    /** When the first byte goes to the client, after which no other account can be tried. */
    public enum Commit {
        /** With the first event, unless that one is an error. */
        FIRST_EVENT,
        /** With the first output or terminal event; a JSON answer when it is known whether it is a failure. */
        FIRST_OUTPUT
    }

    /** Learns which response an answer is. */
    @FunctionalInterface
    public interface Identified {
        /**
         * The ids that are known by now, before bytes that name them go to the client; called again when the second one comes.
         *
         * @param responseId empty if it is not known
         * @param conversationId empty if it is not known
         */
        void identified(String responseId, String conversationId);
    }

    /** Where nobody wants to know the ids early. */
    public RelayOptions(int bufferBytes, int maxEventBytes, Commit commit, int holdBytes, Duration hold, Duration firstOutput,
            Duration afterTerminal, Duration drain, long drainBytes, ModelNames model,
            Predicate<RelayOutcome.StreamError> refusable, Sweeper sweeper, LongSupplier nanoClock, LongSupplier epochMillis) {
        this(bufferBytes, maxEventBytes, commit, holdBytes, hold, firstOutput, afterTerminal, drain, drainBytes, model, refusable,
                sweeper, nanoClock, epochMillis, (responseId, conversationId) -> { });
    }

    /** The numbers of DESIGN §6. */
    public static RelayOptions defaults(Sweeper sweeper) {
        return new RelayOptions(64 * 1024, 64 * 1024 * 1024, Commit.FIRST_EVENT, 64 * 1024, Duration.ofSeconds(15),
                Duration.ZERO, Duration.ofSeconds(5), Duration.ZERO, 0, ModelNames.SAME, error -> true, sweeper,
                System::nanoTime, System::currentTimeMillis);
    }

    /** The same for one request: with its model to restore, with what may be refused, and with its account's limit. */
    public RelayOptions with(ModelNames names, Predicate<RelayOutcome.StreamError> mayRefuse, Duration firstOutputLimit) {
        return with(names, mayRefuse, firstOutputLimit, identified);
    }

    /** The same for one request, with somebody who is told the ids. */
    public RelayOptions with(ModelNames names, Predicate<RelayOutcome.StreamError> mayRefuse, Duration firstOutputLimit,
            Identified told) {
        return new RelayOptions(bufferBytes, maxEventBytes, commit, holdBytes, hold, firstOutputLimit, afterTerminal, drain,
                drainBytes, names, mayRefuse, sweeper, nanoClock, epochMillis, told);
    }
}
