package sluice.turns;

import sluice.api.Cancellation;
import sluice.forward.Answer;
import sluice.forward.Exchange;
import sluice.forward.Incoming;
import sluice.forward.Way;
import sluice.http1.RequestHead;
import sluice.responses.Route;

/**
 * One message of a WebSocket client that asks for something: a turn, or a word about one. Its headers are those of the request
 * that opened the socket. Confined to the turn's thread, except {@link #clientLeft}.
 */
final class TurnExchange implements Exchange, RunningTurn {
    private final ClientSocket socket;
    private final Route.Target target;
    private final ClientMessage message;
    private final TurnAnswer answer;
    private final TurnWay way;
    private final RequestHead head;
    private final Cancellation cancellation = new Cancellation();

    TurnExchange(ClientSocket socket, Route route, ClientMessage message, TurnAnswer answer, TurnWay way) {
        this.socket = socket;
        this.message = message;
        this.answer = answer;
        this.way = way;
        target = new Route.Target(route, "", "/responses", "");
        RequestHead opening = socket.head();
        head = new RequestHead("POST", opening.target(), opening.minorVersion(), opening.headers(), message.length(), true);
    }

    @Override
    public RequestHead head() {
        return head;
    }

    @Override
    public Route.Target target() {
        return target;
    }

    @Override
    public String remoteHost() {
        return socket.remoteHost();
    }

    /** When its message was complete. The wait for earlier turns of the stream counts, for the client waits, too. */
    @Override
    public long startedNanos() {
        return message.receivedNanos();
    }

    @Override
    public Incoming incoming() {
        return new Incoming.Arrived(message.body(), message.bytes(), message.offset(), message.length(), message.permit());
    }

    @Override
    public void watchClient() {
        // The socket's own thread notices that the client leaves.
    }

    @Override
    public boolean isTooSlow() {
        return false;
    }

    @Override
    public Answer answer() {
        return answer;
    }

    /** The turn is over: nothing is answered any more. */
    void over() {
        answer.over();
    }

    @Override
    public Cancellation cancellation() {
        return cancellation;
    }

    @Override
    public Way way(Way usual) {
        return way;
    }

    @Override
    public void clientLeft(boolean cancels) {
        answer.clientGone();
        if (cancels) {
            cancellation.cancel();
        }
    }
}
