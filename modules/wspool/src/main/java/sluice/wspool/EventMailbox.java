package sluice.wspool;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import sluice.api.ByteSource;
import sluice.api.Sweeper;
import sluice.api.UpstreamResult;
import sluice.buffers.AnswerRoom;
import sluice.json.JsonMembers;
import sluice.responses.EventType;
import sluice.websocket.CloseCodes;

/**
 * One turn's events on their way from a connection's reader to the request's thread, as SSE. This is the one hand-off that a
 * permanent reader costs, for a request by HTTP and for a turn of a WebSocket client alike (decision 0042): events gather while the
 * request's thread writes, and are read in one piece.
 *
 * <p>The lock guards all fields but those of the reader; no I/O happens under it.
 */
final class EventMailbox implements ByteSource, SocketListener, Sweeper.Watched {
    /** More than this waits in the connection instead, except for one event of any size. */
    private static final int MAX_WAITING_BYTES = 256 * 1024;

    /** A longer error is passed on as the event that it is. */
    private static final int MAX_REFUSAL_BYTES = 64 * 1024;

    private final LongSupplier nanoClock;
    private final long headersNanos;
    private final long idleNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition drained = lock.newCondition();
    private final EventBytes events = new EventBytes(AnswerRoom.shared());
    private boolean anyEvent;
    private boolean terminal;
    /** The peer closed because the message is larger than it takes. */
    private boolean tooLarge;
    private UpstreamResult.Close close = UpstreamResult.Close.UNTOLD;
    private boolean waitsForFirst;
    private boolean waits;
    private long waitingSinceNanos;
    private Optional<Refusal> refusal = Optional.empty();
    private Optional<ByteSource.Broken> failure = Optional.empty();
    private WhenOver whenOver = WhenOver.NONE;
    /** Used by the connection's reader only. */
    private final EventForm form;
    /** Whether an event came that is more than what is told of limits; used by the connection's reader only. */
    private boolean begun;
    private volatile TurnBeginnings beginnings = new TurnBeginnings();

    /** What happens to the turn's connection when the turn is over. Does not block. */
    interface WhenOver {
        WhenOver NONE = completed -> { };

        /** Gives the connection back if the turn is complete, ends it otherwise. May be called again. */
        void over(boolean completed);
    }

    /** An error with a status, before any other event. */
    record Refusal(int status, byte[] message) { }

    /** What came first. */
    sealed interface First {
        record Event() implements First { }

        record Refused(Refusal refusal) implements First { }

        record Nothing(UpstreamResult.Kind kind, String detail, UpstreamResult.Close close) implements First { }
    }

    EventMailbox(EventForm form, LongSupplier nanoClock, long headersNanos, long idleNanos) {
        this.form = form;
        this.nanoClock = nanoClock;
        this.headersNanos = headersNanos;
        this.idleNanos = idleNanos;
    }

    /** Says what becomes of the connection that the turn runs on, before anything is sent. */
    void whenOver(WhenOver action) {
        lock.lock();
        try {
            whenOver = action;
        } finally {
            lock.unlock();
        }
    }

    /** Says on which connection the turn is, before anything is sent. */
    void comesBy(TurnBeginnings connection) {
        beginnings = connection;
    }

    /** Waits for the first event. */
    First awaitFirst() {
        lock.lock();
        try {
            waitsForFirst = true;
            while (!anyEvent && failure.isEmpty()) {
                await(arrived);
            }
            waitsForFirst = false;
            if (refusal.isPresent()) {
                return new First.Refused(refusal.get());
            }
            if (anyEvent) {
                return new First.Event();
            }
            ByteSource.Broken cause = failure.orElseThrow();
            return new First.Nothing(switch (cause.how()) {
                case CUT -> tooLarge ? UpstreamResult.Kind.TOO_LARGE : UpstreamResult.Kind.RESET;
                case IDLE -> UpstreamResult.Kind.TIMEOUT;
                case FRAMING -> UpstreamResult.Kind.FRAMING;
                case NO_ROOM -> UpstreamResult.Kind.NO_ROOM;
                case CANCELLED -> UpstreamResult.Kind.CANCELLED;
            }, cause.getMessage(), cause.how() == ByteSource.Broken.Cause.CUT ? close : UpstreamResult.Close.UNTOLD);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        lock.lock();
        try {
            while (events.isEmpty()) {
                if (failure.isPresent()) {
                    throw failure.get();
                }
                if (terminal) {
                    return -1;
                }
                await(arrived);
            }
            int count = events.take(target, offset, length);
            drained.signal();
            return count;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean ready() {
        lock.lock();
        try {
            return !events.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void message(byte[] source, int offset, int length) {
        JsonMembers members = new JsonMembers(source, offset, offset + length);
        boolean typed = members.seek("type") && source[members.valueFrom()] == '"';
        EventType type = typed ? EventType.of(source, members.valueFrom() + 1, members.valueTo() - 1) : EventType.UNKNOWN;
        boolean last = type.kind().terminal();
        if (!hasRoom() || !isOfTurn(type, source, offset, length)) {
            return;
        }
        if (last) {
            // Before the last event can be seen: whoever has read it may send the next turn at once, and finds this seat free.
            over(true);
        }
        lock.lock();
        try {
            if (failure.isPresent()) {
                return;
            }
            if (!anyEvent && last && length <= MAX_REFUSAL_BYTES && members.valueIs("error")) {
                refusal = JsonMembers.number(source, offset, offset + length, "status")
                        .filter(status -> status >= 400 && status <= 599)
                        .map(status -> new Refusal(status, Arrays.copyOfRange(source, offset, offset + length)));
            }
            byte[] instead = anyEvent ? form.instead(source, offset, length, type) : EventForm.ITSELF;
            if (instead == EventForm.ITSELF) {
                events.add(source, offset, length, members, typed);
                form.came(source, offset, length, type);
            } else {
                JsonMembers replaced = new JsonMembers(instead, 0, instead.length);
                events.add(instead, 0, instead.length, replaced, replaced.seek("type"));
            }
            anyEvent = true;
            terminal = last;
            if (last) {
                arrived.signal();
            }
        } catch (AnswerRoom.Exhausted e) {
            fail(ByteSource.Broken.Cause.NO_ROOM, e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    /** Whether an event is this turn's, and not what is left over from the one before. */
    private boolean isOfTurn(EventType type, byte[] source, int offset, int length) {
        if (!begun && beginnings.isLeftOver(type, source, offset, offset + length)) {
            return false;
        }
        if (!begun && type != EventType.RATE_LIMITS) {
            begun = true;
            beginnings.began(type);
        }
        if (type.kind().terminal()) {
            beginnings.ended(source, offset, offset + length);
        }
        return true;
    }

    /** A message for which there is no memory is lost, and the connection with it. */
    @Override
    public void lost(String why) {
        fail(ByteSource.Broken.Cause.NO_ROOM, why);
    }

    /** Waits until the next event may be taken in; false if nobody wants it any more. */
    private boolean hasRoom() {
        lock.lock();
        try {
            while (!terminal && events.bytes() > MAX_WAITING_BYTES && failure.isEmpty()) {
                arrived.signal();
                drained.awaitUninterruptibly();
            }
            return !terminal && failure.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** The request's thread is woken for all messages that came together. */
    @Override
    public void quiet() {
        lock.lock();
        try {
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void closed(int code, String reason) {
        lock.lock();
        try {
            tooLarge = code == CloseCodes.TOO_BIG;
            // 1006 comes in no frame (RFC 6455 §7.4.1): those are our own words for a connection that ended.
            close = code == CloseCodes.ABNORMAL ? UpstreamResult.Close.UNTOLD : new UpstreamResult.Close(code, reason);
        } finally {
            lock.unlock();
        }
        broken("WebSocket closed with code " + code + (reason.isEmpty() ? "" : ": " + reason));
    }

    /** The connection ended, or is not this turn's any more. */
    void broken(String why) {
        fail(ByteSource.Broken.Cause.CUT, why);
    }

    /** Deadlines: for the first event, and between two. */
    @Override
    public void sweep(long nowNanos) {
        boolean late;
        lock.lock();
        try {
            long limit = waitsForFirst ? headersNanos : idleNanos;
            late = waits && limit > 0 && nowNanos - waitingSinceNanos >= limit;
        } finally {
            lock.unlock();
        }
        if (late) {
            fail(ByteSource.Broken.Cause.IDLE, "no event in time");
            over(false);
        }
    }

    @Override
    public void abort() {
        fail(ByteSource.Broken.Cause.CANCELLED, "cancelled");
        over(false);
    }

    @Override
    public UpstreamResult.Close farewell() {
        lock.lock();
        try {
            return close;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        boolean completed;
        lock.lock();
        try {
            completed = terminal;
            events.drop();
        } finally {
            lock.unlock();
        }
        if (!completed) {
            fail(ByteSource.Broken.Cause.CANCELLED, "closed");
        }
        over(completed);
    }

    private void fail(ByteSource.Broken.Cause cause, String detail) {
        lock.lock();
        try {
            boolean cancelled = cause == ByteSource.Broken.Cause.CANCELLED;
            if (failure.isEmpty() && (!terminal || cancelled)) {
                failure = Optional.of(new ByteSource.Broken(cause, detail));
                if (cancelled) {
                    events.drop();
                }
            }
            arrived.signalAll();
            drained.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void over(boolean completed) {
        WhenOver action;
        lock.lock();
        try {
            action = whenOver;
            whenOver = WhenOver.NONE;
        } finally {
            lock.unlock();
        }
        action.over(completed);
    }

    private void await(Condition condition) {
        waits = true;
        waitingSinceNanos = nanoClock.getAsLong();
        condition.awaitUninterruptibly();
        waits = false;
    }
}
