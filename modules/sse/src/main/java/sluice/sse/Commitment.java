package sluice.sse;

import sluice.api.RelayOptions;
import sluice.api.RelayOptions.Commit;
import sluice.api.RelayOptions.Ending;
import sluice.api.RelayOutcome.StreamError;
import sluice.relay.Deadlines;
import sluice.responses.AnswerFacts;
import sluice.responses.BehindEnd;
import sluice.responses.EventKind;
import sluice.responses.EventType;

/**
 * What an event means for the stream: whether it is held back, lets out what is held, ends the stream, or is the reason to refuse
 * it. Confined to the stream's thread.
 */
final class Commitment {
    private final RelayOptions options;
    private final Outlet outlet;
    private final Deadlines deadlines;
    private final StreamFacts facts;
    private boolean refused;
    private boolean released;
    /** What the first event meant that ended the response. */
    private EventKind end = EventKind.OPENING;

    Commitment(RelayOptions options, Outlet outlet, Deadlines deadlines, StreamFacts facts) {
        this.options = options;
        this.outlet = outlet;
        this.deadlines = deadlines;
        this.facts = facts;
    }

    /** Whether the stream is refused; then nothing of it has gone to the client, and nothing ever will. */
    boolean isRefused() {
        return refused;
    }

    /**
     * An event of this kind is complete.
     *
     * @return whether it is to be written now
     */
    boolean accept(EventKind kind) {
        boolean first = facts.events() == 0;
        facts.event(kind);
        admit(kind);
        if (refused) {
            return false;
        }
        if (kind.terminal() && !end.terminal()) {
            end = kind;
            deadlines.endIn(options.limits().afterTerminal());
        }
        boolean now = first || kind.terminal() || released;
        released = false;
        return now;
    }

    /** Whether an event comes behind the end of the response, where nobody may see it. Other protocols have ends of their own. */
    boolean isTooLate(EventType type, EventKind kind) {
        return end.terminal() && options.call().ending() != Ending.ANY && !BehindEnd.mayCome(end, type, kind);
    }

    /** Decides whether the client may see an event of this kind, which may still be under way. */
    void admit(EventKind kind) {
        if (kind == EventKind.FAILED && facts.failedWithoutWord() && options.held().commit() == Commit.FIRST_OUTPUT) {
            // What is held waits for the event that says why.
            return;
        }
        if (refused || kind == EventKind.FAILED && refuseFor(facts.error())) {
            refused = true;
            return;
        }
        if (kind != EventKind.OPENING) {
            deadlines.noFirstOutput();
        }
        if ((kind != EventKind.OPENING || options.held().commit() == Commit.FIRST_EVENT) && outlet.holding()) {
            outlet.open();
            released = true;
        }
    }

    /** Refuses the stream for what an event tells that is still under way, if that is a reason and nothing is out yet; true if so. */
    boolean refuseFor(AnswerFacts soFar) {
        return refuseFor(soFar.error());
    }

    private boolean refuseFor(StreamError error) {
        return outlet.holding() && options.call().mayMoveOn().test(error) && outlet.closeUnsent();
    }

    /** The event that {@link #refuseFor} was asked about is read to its end. */
    void longEventRefused() {
        refused = true;
    }
}
