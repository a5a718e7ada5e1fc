package sluice.wspool;

import java.io.IOException;
import java.net.SocketTimeoutException;
import sluice.api.ByteSource;
import sluice.api.Headers;
import sluice.api.Sweeper;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult;
import sluice.api.UpstreamResult.Kind;
import sluice.api.UpstreamSettings;
import sluice.json.ByteSearch;
import sluice.json.JsonMembers;
import sluice.net.StaleConnections;
import sluice.websocket.CloseCodes;

/**
 * One turn over an open connection: sends its message and waits for what comes first. Bridged requests and the turns of
 * WebSocket clients differ only in whose connection it is. Confined to the request's thread.
 */
final class TurnCall {
    private static final Headers EVENT_STREAM = Headers.of("Content-Type", "text/event-stream");
    /** The upstream ends connections after an hour; a turn that meets this was not executed. */
    private static final String TOO_OLD = "websocket_connection_limit_reached";

    private final UpstreamRequest request;
    private final EventMailbox mailbox;
    private final UpstreamSettings settings;
    private final StaleConnections stale;

    /** A call; {@code form}: how its messages become events. */
    TurnCall(UpstreamRequest request, EventForm form, UpstreamSettings settings, StaleConnections stale) {
        this.request = request;
        this.settings = settings;
        this.stale = stale;
        mailbox = new EventMailbox(form, settings.nanoClock(), request.headersNanos(), request.idleNanos());
    }

    /** Where the turn's events arrive. */
    EventMailbox mailbox() {
        return mailbox;
    }

    /** What came first. */
    sealed interface Came {
        /** Whether only the connection was too old, which another one mends; the turn was not executed. */
        boolean isTooOld();

        /** An event: the answer has begun. */
        record Events(ByteSource body) implements Came {
            @Override
            public boolean isTooOld() {
                return false;
            }
        }

        /** An error with a status. */
        record Refused(int status, byte[] message) implements Came {
            @Override
            public boolean isTooOld() {
                JsonMembers members = new JsonMembers(message, 0, message.length);
                boolean nested = members.seek("error") && !members.isScalar();
                JsonMembers error = nested ? new JsonMembers(message, members.valueFrom(), members.valueTo())
                        : new JsonMembers(message, 0, message.length);
                return error.seek("code") && error.valueIs(TOO_OLD);
            }
        }

        /**
         * Nothing.
         *
         * @param failure what became of the message on this connection
         * @param stale whether a connection that was kept had gone stale
         */
        record Nothing(UpstreamResult.Unreachable failure, boolean stale) implements Came {
            @Override
            public boolean isTooOld() {
                return failure.close().reason().contains(TOO_OLD);
            }
        }
    }

    /** Sends the turn on this connection, and waits for what comes. */
    Came make(Carrier connection) {
        mailbox.comesBy(connection.beginnings());
        mailbox.whenOver(connection);
        request.cancellation().onCancel(mailbox::abort);
        Sweeper.Registration watch = settings.sweeper().watch(mailbox);
        long sentNanos = 0;
        boolean sent = false;
        boolean late = false;
        try {
            connection.send(request.body());
            sentNanos = settings.nanoClock().getAsLong();
            sent = true;
        } catch (IOException e) {
            late = e instanceof SocketTimeoutException;
            mailbox.closed(CloseCodes.ABNORMAL, String.valueOf(e.getMessage()));
        }
        switch (mailbox.awaitFirst()) {
            case EventMailbox.First.Event event -> {
                return new Came.Events(new WatchedSource(watch));
            }
            case EventMailbox.First.Refused(EventMailbox.Refusal refusal) -> {
                end(watch);
                return new Came.Refused(refusal.status(), refusal.message());
            }
            case EventMailbox.First.Nothing(Kind kind, String detail, UpstreamResult.Close close) -> {
                end(watch);
                // An account that does not read what it is sent is as late as one that does not answer.
                UpstreamResult.Unreachable failure = new UpstreamResult.Unreachable(sent, false,
                        late && kind == Kind.RESET ? Kind.TIMEOUT : kind, detail, close);
                return new Came.Nothing(failure, stale.was(request, failure, false, sentNanos));
            }
        }
    }

    /** What the gateway is told; {@code ranBefore}: an earlier try may have been executed. */
    static UpstreamResult result(Came came, boolean ranBefore, long connectNanos) {
        return switch (came) {
            case Came.Events(ByteSource body) -> new UpstreamResult.Answered(200, EVENT_STREAM, body, ranBefore, connectNanos);
            case Came.Refused(int status, byte[] message) -> EventAnswer.of(status, message, ranBefore, connectNanos);
            case Came.Nothing(UpstreamResult.Unreachable once, boolean stale) -> new UpstreamResult.Unreachable(
                    once.requestSent() || ranBefore, once.requestSent() && ranBefore, once.kind(), once.detail(), once.close());
        };
    }

    /**
     * What tells of the account is the answer, which is judged like any other; what tells of WebSocket alone is an address without it.
     * A page instead of an error is of a way station that lets no WebSocket through, and a server error may be of WebSocket alone, this
     * time. {@code mayHaveRun}: an earlier try may have been executed, and counts.
     */
    static UpstreamResult refusedHandshake(UpstreamDial.Outcome.Refused answer, boolean mayHaveRun) {
        int status = answer.status();
        if (mayHaveRun) {
            return UpstreamResult.Unreachable.unconnected(true, Kind.FRAMING, "status " + status);
        }
        if (status == 401 || status == 402 || status == 403 && !isPage(answer.body()) || status == 429) {
            return new UpstreamResult.Answered(status, answer.headers(), EventAnswer.bytes(answer.body()), false, 0);
        }
        if (status >= 500) {
            return new UpstreamResult.Unreachable(false, Kind.RESET, "the upstream refused WebSocket with status " + status);
        }
        return new UpstreamResult.Unreachable(false, Kind.NO_WEBSOCKET, "the upstream refused WebSocket with status " + status);
    }

    private static boolean isPage(byte[] body) {
        int from = ByteSearch.skipSpace(body, 0, body.length);
        return from < body.length && body[from] == '<';
    }

    private void end(Sweeper.Registration watch) {
        mailbox.close();
        watch.close();
        request.cancellation().clear();
    }

    /** The mailbox; its end also ends its watch and its cancellation. */
    private final class WatchedSource implements ByteSource {
        private final Sweeper.Registration watch;
        private boolean closed;

        private WatchedSource(Sweeper.Registration watch) {
            this.watch = watch;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return mailbox.read(target, offset, length);
        }

        @Override
        public boolean ready() {
            return mailbox.ready();
        }

        @Override
        public void abort() {
            mailbox.abort();
        }

        @Override
        public UpstreamResult.Close farewell() {
            return mailbox.farewell();
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                end(watch);
            }
        }
    }
}
