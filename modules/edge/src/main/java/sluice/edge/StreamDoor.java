package sluice.edge;

import java.util.function.LongSupplier;
import sluice.api.GatewayError;
import sluice.api.Sweeper;
import sluice.forward.ByteBudget;
import sluice.forward.Gateway;
import sluice.http1.FramingException;
import sluice.http1.RequestHead;
import sluice.http1.RequestStream;
import sluice.http1.StreamConnection;
import sluice.http1.StreamHost;
import sluice.http1.StreamLimits;
import sluice.http1.StreamProtocol;
import sluice.net.Link;
import sluice.records.RequestIds;
import sluice.records.RequestRecord;
import sluice.responses.Check;

/**
 * A client's connection that carries many requests at a time. It counts as one of {@code limits.connections}, and so does each request,
 * until the end of its answer is about to be written. Thread-safe.
 */
final class StreamDoor implements ClientConnection, StreamHost {
    private final Gateway gateway;
    private final ConnectionLimits limits;
    private final OpenConnections open;
    private final OpenConnections.Place ours;
    private final Sweeper sweeper;
    private final LongSupplier clock;
    private final Front.Peer peer;
    private final StreamConnection connection;
    /** Bodies that nobody has read yet are in memory, and so in the budget. */
    private final ByteBudget.Permit unread;
    private final boolean tooMany;

    StreamDoor(StreamProtocol protocol, Link link, Front.Peer peer, Gateway gateway, ConnectionLimits limits, OpenConnections open,
            OpenConnections.Place ours, Sweeper sweeper, LongSupplier clock) {
        this.gateway = gateway;
        this.limits = limits;
        this.open = open;
        this.ours = ours;
        tooMany = ours.refusal() instanceof Check.Refused;
        this.sweeper = sweeper;
        this.clock = clock;
        this.peer = peer;
        unread = gateway.inForce().budget().permit(ours.unread());
        connection = protocol.over(link, this,
                new StreamLimits(limits.headBytes(), limits.head().toNanos(), limits.stall().toNanos()), clock);
    }

    @Override
    public void serve() {
        Sweeper.Registration registration = sweeper.watch(connection);
        try {
            connection.serve();
        } finally {
            registration.close();
            ours.leave();
        }
    }

    @Override
    public void serve(RequestStream stream) throws InterruptedException {
        OpenConnections.Place place = ours.another();
        Check refusal = place.refusal();
        StreamCodec codec = new StreamCodec(stream, place);
        HttpAnswer answer = new HttpAnswer(codec, clock, limits.stall().toNanos());
        answer.reset(RequestIds.next());
        String client = peer.address();
        try {
            RequestHead head = peer.inside(stream.head());
            client = peer.clientOf(head.headers());
            limits.check(head);
            if (head.method().equals("HEAD")) {
                codec.toHead();
            }
            if (refusal instanceof Check.Refused(GatewayError error)) {
                refuse(stream, answer, client, error);
            } else {
                serve(new StreamExchange(stream, head, client, answer, limits, open, clock), stream);
            }
        } catch (FramingException e) {
            refuse(stream, answer, client, GatewayError.client(e.status(), "bad_request_framing",
                    "The request is not valid: " + e.getMessage() + "."));
        } finally {
            place.leave();
        }
    }

    private void serve(StreamExchange exchange, RequestStream stream) throws InterruptedException {
        Sweeper.Registration registration = sweeper.watch(exchange);
        try {
            stream.whenGone(() -> exchange.clientGone(gateway.cancelsWhenClientLeaves()));
            gateway.handle(exchange);
        } finally {
            registration.close();
        }
    }

    private void refuse(RequestStream stream, HttpAnswer answer, String client, GatewayError error) {
        RequestRecord record = gateway.record(answer.requestId(), stream.startedNanos());
        record.remote = client;
        gateway.refuseEarly(answer, record, error);
    }

    @Override
    public boolean takeMemory(int bytes) {
        return unread.grow(bytes);
    }

    @Override
    public void giveBackMemory(int bytes) {
        unread.giveBack(bytes);
    }

    @Override
    public boolean leaving() {
        return gateway.draining();
    }

    @Override
    public long idleNanos() {
        return open.patience(limits.idle()).toNanos();
    }

    @Override
    public boolean tooMany() {
        return tooMany;
    }

    @Override
    public boolean carriesMany() {
        return true;
    }

    @Override
    public void close(boolean atOnce) {
        if (atOnce || connection.idle()) {
            connection.close();
        }
    }
}
