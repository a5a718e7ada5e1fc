package sluice.api;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * How one answer is relayed. {@link #defaults} gives a set that works; the withers change it.
 *
 * @param room sizes of buffers and events
 * @param held what is held back before the first byte goes to the client
 * @param limits times and sizes that end a relay
 * @param clocks clocks and the sweeper for the limits
 * @param call what is special to one answer
 */
public record RelayOptions(Room room, Held held, Limits limits, Clocks clocks, Call call) {
    /** When the first byte goes to the client, after which no other account can be tried. */
    public enum Commit {
        /** With the first event, unless that one is an error. */
        FIRST_EVENT,
        /** With the first output or terminal event; a JSON answer when it is known whether it is a failure. */
        FIRST_OUTPUT
    }

    /** What makes a stream complete. */
    public enum Ending {
        /** A terminal event. */
        TERMINAL_EVENT,
        /** A terminal event, or the announced end of a stream without any event: it was resumed behind its last one. */
        TERMINAL_EVENT_OR_NOTHING,
        /** The announced end, whatever came before: it is no stream of the Responses API. */
        ANY
    }

    /**
     * Sizes.
     *
     * @param bufferBytes largest size of the relay buffer: most that is read, and written, at once
     * @param maxEventBytes largest event; a larger one breaks the stream
     */
    public record Room(int bufferBytes, int maxEventBytes) { }

    /**
     * What is held back.
     *
     * @param commit when the first byte goes to the client
     * @param bytes with {@code FIRST_OUTPUT}: most bytes that are held back
     * @param time with {@code FIRST_OUTPUT}: longest time that they are held back
     */
    public record Held(Commit commit, int bytes, Duration time) { }

    /**
     * What ends a relay.
     *
     * @param firstOutput longest time to the first output event; zero: none
     * @param afterTerminal how long the upstream is read on after the terminal event
     * @param drain after the client has left: how long the upstream is read on for its usage; zero: not at all
     * @param drainBytes after the client has left: how much is read on
     */
    public record Limits(Duration firstOutput, Duration afterTerminal, Duration drain, long drainBytes) { }

    /**
     * Time.
     *
     * @param sweeper watches the limits
     * @param nanos monotonic clock
     * @param epochMillis wall clock, for the time of a {@code response.failed}
     */
    public record Clocks(Sweeper sweeper, LongSupplier nanos, LongSupplier epochMillis) { }

    /**
     * What is special to one answer.
     *
     * @param model the name to restore
     * @param mayMoveOn whether another account may be tried for an error that comes before any byte was written: such an answer is
     *     refused. Any other error is relayed as an event; where a stream becomes JSON it is refused, too, to be told by a status
     * @param identified is told the ids as soon as they are known
     * @param ending what makes a stream complete
     * @param cancelled asked when the source was {@linkplain ByteSource#abort aborted} from outside: what the client is told, or
     *     empty if there is nobody to be told
     */
    public record Call(Names model, Predicate<RelayOutcome.StreamError> mayMoveOn, Identified identified, Ending ending,
            Supplier<Optional<GatewayError>> cancelled) {
        /** No name to restore, every error refused, nobody who wants to know more. */
        public static final Call PLAIN = new Call(Names.SAME, error -> true, (responseId, conversationId) -> { },
                Ending.TERMINAL_EVENT, Optional::empty);
    }

    /** Learns which response an answer is, and what else it tells before its end. */
    @FunctionalInterface
    public interface Identified {
        /**
         * The ids that are known by now, before bytes that name them go to the client; called again when the second one comes.
         *
         * @param responseId empty if it is not known
         * @param conversationId empty if it is not known
         */
        void identified(String responseId, String conversationId);

        /** Whether {@link #made} is to be told. */
        default boolean asksForItems() {
            return false;
        }

        /** An item of the answer, or the container in which it ran, by its id: the account may keep both. May be told again. */
        default void made(String itemId) {
            // Nothing to remember.
        }

        /**
         * All that the answer tells is known, and the last bytes of it go to the client next. Told again where a second event knows
         * more; not told of an answer that breaks off, nor of one that is refused.
         */
        default void ends(RelayOutcome.Report soFar) {
            // Nothing to do before the client knows.
        }

        /** What the stream tells of its account's quotas, which is never nothing. */
        default void limited(List<AccountStatus.Quota> quotas) {
            // Nothing to remember.
        }
    }

    /**
     * A buffer of up to 64 KiB, events of up to 64 MiB; with {@code FIRST_EVENT}, or 64 KiB and 15 s of {@code FIRST_OUTPUT}; 5 s
     * after the terminal event, no other limits.
     */
    public static RelayOptions defaults(Sweeper sweeper) {
        return new RelayOptions(new Room(64 * 1024, 64 * 1024 * 1024), new Held(Commit.FIRST_EVENT, 64 * 1024, Duration.ofSeconds(15)),
                new Limits(Duration.ZERO, Duration.ofSeconds(5), Duration.ZERO, 0),
                new Clocks(sweeper, System::nanoTime, System::currentTimeMillis), Call.PLAIN);
    }

    /** The same with other sizes. */
    public RelayOptions withRoom(int bufferBytes, int maxEventBytes) {
        return new RelayOptions(new Room(bufferBytes, maxEventBytes), held, limits, clocks, call);
    }

    /** The same with something else held back. */
    public RelayOptions withHeld(Commit commit, int bytes, Duration time) {
        return new RelayOptions(room, new Held(commit, bytes, time), limits, clocks, call);
    }

    /** The same with another limit for the first output; zero for none. */
    public RelayOptions withFirstOutput(Duration limit) {
        return new RelayOptions(room, held, new Limits(limit, limits.afterTerminal, limits.drain, limits.drainBytes), clocks, call);
    }

    /** The same with another time behind the terminal event. */
    public RelayOptions withAfterTerminal(Duration limit) {
        return new RelayOptions(room, held, new Limits(limits.firstOutput, limit, limits.drain, limits.drainBytes), clocks, call);
    }

    /** The same with another use of what comes after the client has left. */
    public RelayOptions withDrain(Duration time, long bytes) {
        return new RelayOptions(room, held, new Limits(limits.firstOutput, limits.afterTerminal, time, bytes), clocks, call);
    }

    /** The same with other clocks. */
    public RelayOptions withClocks(LongSupplier nanos, LongSupplier epochMillis) {
        return new RelayOptions(room, held, limits, new Clocks(clocks.sweeper, nanos, epochMillis), call);
    }

    /** The same with a name to restore. */
    public RelayOptions withModel(Names model) {
        return new RelayOptions(room, held, limits, clocks,
                new Call(model, call.mayMoveOn, call.identified, call.ending, call.cancelled));
    }

    /** The same with a decision on which errors may move on. */
    public RelayOptions withMayMoveOn(Predicate<RelayOutcome.StreamError> mayMoveOn) {
        return new RelayOptions(room, held, limits, clocks,
                new Call(call.model, mayMoveOn, call.identified, call.ending, call.cancelled));
    }

    /** The same with somebody who is told the ids. */
    public RelayOptions withIdentified(Identified identified) {
        return new RelayOptions(room, held, limits, clocks,
                new Call(call.model, call.mayMoveOn, identified, call.ending, call.cancelled));
    }

    /** The same with another idea of a complete stream. */
    public RelayOptions withEnding(Ending ending) {
        return new RelayOptions(room, held, limits, clocks,
                new Call(call.model, call.mayMoveOn, call.identified, ending, call.cancelled));
    }

    /** The same with words for a client whose stream is cancelled from outside. */
    public RelayOptions withCancelled(Supplier<Optional<GatewayError>> cancelled) {
        return new RelayOptions(room, held, limits, clocks,
                new Call(call.model, call.mayMoveOn, call.identified, call.ending, cancelled));
    }

    /** The same for one request. */
    public RelayOptions with(Names model, Predicate<RelayOutcome.StreamError> mayMoveOn, Duration firstOutput,
            Identified identified) {
        return withModel(model).withMayMoveOn(mayMoveOn).withFirstOutput(firstOutput).withIdentified(identified);
    }

    /** {@link Call#model}. */
    public Names model() {
        return call.model;
    }

    /**
     * A mapped model: the name to look for in an answer and the name to put in its place.
     *
     * @param upstream what the upstream calls it
     * @param client what the client asked for
     */
    public record Names(String upstream, String client) {
        /** Not mapped: nothing to restore. */
        public static final Names SAME = new Names("", "");

        /** Whether there is a name to restore. */
        public boolean mapped() {
            return !upstream.equals(client);
        }

        /**
         * Whether the name that stands in an answer is that of {@link #upstream}: the same one, or the dated edition that an
         * alias stands for ({@link NamePattern#withoutEdition}).
         */
        public boolean isUpstream(String answered) {
            return answered.equals(upstream) || answered.startsWith(upstream)
                    && NamePattern.withoutEdition(answered).filter(upstream::equals).isPresent();
        }
    }
}
