package sluice.edge;

import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import sluice.api.GatewayError;
import sluice.api.Sweeper;
import sluice.forward.Gateway;
import sluice.forward.UpgradableExchange;
import sluice.http1.FramingException;
import sluice.http1.HttpBody;
import sluice.http1.HttpInput;
import sluice.http1.RequestHead;
import sluice.net.Link;
import sluice.net.StreamThreads;
import sluice.records.RequestIds;
import sluice.records.RequestRecord;
import sluice.responses.Check;

/**
 * One client connection of the data port: HTTP/1.1 requests in turn, each handled on this connection's virtual thread, or aside
 * where it is heavy ({@link Lane}). See decision 0001 for why it is our own.
 *
 * <p>The sweeper visits it for all its limits; its {@link Lookout} watches for a client that leaves, in requests that take longer than a
 * moment, so that short requests pay nothing for being watched.
 */
final class DataConnection implements ClientConnection, Sweeper.Watched {
    /**
     * A request body that nobody wants is skipped up to here; beyond, the connection is closed. Closing it at once would reset
     * it, and a client that is still sending would lose the answer that says why.
     */
    private static final long SKIP_BYTES = 128L * 1024 * 1024;
    /** Longest time for skipping a body, or for what a client still sends behind its last answer. */
    private static final Duration SKIP_LIMIT = Duration.ofSeconds(30);
    /** A client that sends nothing for so long behind its last answer, and does not close, has gone or means harm. */
    private static final Duration LINGER_SILENCE = Duration.ofSeconds(5);

    /** What the connection is doing, and so which limit holds. */
    private enum Phase { IDLE, HEAD, BODY, ANSWER, SKIP, LINGER, UPGRADED }

    private final Link link;
    private final HttpInput input;
    private final Http1Codec codec;
    private final HttpAnswer answer;
    private final Gateway gateway;
    private final ConnectionLimits limits;
    private final OpenConnections open;
    private final OpenConnections.Place place;
    private final Lane lane;
    private final Sweeper sweeper;
    private final LongSupplier clock;
    private final Front.Peer peer;
    private final Lookout lookout;
    private volatile Phase phase = Phase.IDLE;
    private volatile long phaseSinceNanos;
    private volatile ArrivingBody arriving;
    private volatile Http1Exchange current;
    /** Whether it has asked for something before. */
    private volatile boolean served;
    private Optional<UpgradableExchange.Upgrade> upgrade = Optional.empty();
    private boolean goesOn;

    DataConnection(Link link, Front.Peer peer, Gateway gateway, ConnectionLimits limits, OpenConnections open,
            OpenConnections.Place place, StreamThreads threads, Sweeper sweeper, LongSupplier clock) {
        this.gateway = gateway;
        this.limits = limits;
        this.open = open;
        this.place = place;
        lane = new Lane(threads, link);
        this.sweeper = sweeper;
        this.clock = clock;
        this.link = link;
        this.peer = peer;
        input = new HttpInput(link, limits.headBytes());
        lookout = new Lookout(link, input, this::clientGone);
        codec = new Http1Codec(link);
        answer = new HttpAnswer(codec, clock, limits.stall().toNanos());
    }

    @Override
    public void serve() throws InterruptedException {
        enter(Phase.IDLE);
        Check refusal = place.refusal();
        Sweeper.Registration registration = sweeper.watch(this);
        try {
            while (nextRequest(refusal)) {
                enter(Phase.IDLE);
            }
        } catch (IOException e) {
            // The client left between two requests, or in the middle of one.
        } finally {
            registration.close();
            place.leave();
            link.close();
        }
    }

    private boolean nextRequest(Check refusal) throws IOException, InterruptedException {
        if (!input.awaitNext()) {
            return false;
        }
        lane.move();
        enter(Phase.HEAD);
        long started = phaseSinceNanos;
        Optional<RequestHead> next;
        try {
            next = input.readRequestHead();
            if (next.isPresent()) {
                limits.check(next.get());
            }
        } catch (FramingException e) {
            refuse(GatewayError.client(e.status(), "bad_request_framing",
                    "The request is not valid HTTP/1.1: " + e.getMessage() + "."), peer.address());
            // Who sends a broken head slowly has not sent all of it.
            linger(true);
            return false;
        } catch (EOFException e) {
            return false;
        }
        if (next.isEmpty()) {
            return false;
        }
        RequestHead head = peer.inside(next.get());
        String client = peer.clientOf(head.headers());
        if (refusal instanceof Check.Refused(GatewayError error)) {
            refuse(error, client);
            linger(head.bodyBytes() != 0);
            return false;
        }
        HttpBody body = input.body(head.bodyBytes());
        long bodyBegins = clock.getAsLong();
        arriving = new ArrivingBody(limits, open, bodyBegins);
        enter(Phase.BODY, bodyBegins);
        answer.reset(RequestIds.next());
        codec.reset(head.keepAlive() && !gateway.draining(), head.minorVersion() == 0, head.method().equals("HEAD"));
        Http1Exchange exchange = new Http1Exchange(this, client, head, body, codec, answer, started);
        current = exchange;
        return lane.servesHere(head) ? handled(exchange, body) : handledAside(exchange, body, refusal);
    }

    /** Has a request handled, and does what the end of its answer asks for; whether another one may follow. */
    private boolean handled(Http1Exchange exchange, HttpBody body) throws IOException, InterruptedException {
        try {
            gateway.handle(exchange);
            served = true;
        } finally {
            current = null;
            endWatch();
        }
        if (upgrade.isPresent()) {
            enter(Phase.UPGRADED);
            lane.aside(() -> upgrade.get().serve(link, input));
            return false;
        }
        if (keepsAlive()) {
            return skipRest(exchange, body);
        }
        if (answer.complete()) {
            linger(!body.finished());
        }
        return false;
    }

    /** The same for a heavy request, and for those that follow it: who sends one will send another. */
    private boolean handledAside(Http1Exchange exchange, HttpBody body, Check refusal) throws IOException, InterruptedException {
        lane.aside(() -> {
            goesOn = handled(exchange, body);
            while (goesOn && !lane.isLightAgain()) {
                enter(Phase.IDLE);
                goesOn = nextRequest(refusal);
            }
        });
        return goesOn;
    }

    /** Whether the connection may carry another request after the answer. */
    private boolean keepsAlive() {
        return answer.complete() && codec.keepsAlive();
    }

    /** Reads what is left of a body that was not wanted, if it is little. */
    private boolean skipRest(Http1Exchange exchange, HttpBody body) throws IOException {
        if (body.finished()) {
            return true;
        }
        if (exchange.awaitsContinue()) {
            return false;
        }
        enter(Phase.SKIP);
        byte[] waste = new byte[16 * 1024];
        for (long skipped = 0; skipped < SKIP_BYTES;) {
            int count = body.read(waste, 0, waste.length);
            if (count < 0) {
                return true;
            }
            skipped += count;
        }
        return false;
    }

    /**
     * Says that no more will come, and takes what the client still sends behind the last answer of a connection, until it
     * closes: closing over bytes that nobody has read resets the connection, and the client may lose the answer (RFC 9112 §9.6).
     *
     * @param more whether more is to be expected although nothing is here yet
     */
    private void linger(boolean more) throws IOException {
        link.finishOutput();
        if (!more && !link.ready()) {
            return;
        }
        enter(Phase.LINGER);
        long end = phaseSinceNanos + SKIP_LIMIT.toNanos();
        byte[] waste = new byte[16 * 1024];
        long taken = 0;
        while (taken < SKIP_BYTES && phaseSinceNanos - end < 0) {
            int count = link.read(waste, 0, waste.length);
            if (count < 0) {
                return;
            }
            taken += count;
            phaseSinceNanos = clock.getAsLong();
        }
    }

    private void refuse(GatewayError error, String client) throws IOException {
        answer.reset(RequestIds.next());
        codec.reset(false, false, false);
        RequestRecord record = gateway.record(answer.requestId(), phaseSinceNanos);
        record.remote = client;
        gateway.refuseEarly(answer, record, error);
    }

    /** From now on the client is watched, once the request is old enough to be worth it. */
    void watchClient() {
        enter(Phase.ANSWER);
        lookout.allow();
    }

    /** The input is this thread's again. */
    private void endWatch() throws InterruptedException {
        Optional<ClientWatch> reading = lookout.end();
        if (reading.isPresent()) {
            enter(Phase.IDLE);
            if (!keepsAlive()) {
                link.close();
            }
            reading.get().await();
        }
    }

    /** Once the request has been handled, the connection leaves HTTP, and its limits with it. */
    void upgrade(UpgradableExchange.Upgrade next) {
        upgrade = Optional.of(next);
    }

    /** More of a body has come. */
    void bodyProgress(int bytes) {
        arriving.more(bytes, clock.getAsLong());
    }

    @Override
    public void sweep(long nowNanos) {
        long age = nowNanos - phaseSinceNanos;
        switch (phase) {
            case IDLE -> closeAfter(age, idleLimit());
            case HEAD -> closeAfter(age, headLimit());
            case BODY -> {
                if (arriving.isTooSlow(nowNanos)) {
                    giveUpBody();
                }
            }
            case SKIP -> closeAfter(age, SKIP_LIMIT);
            case UPGRADED -> { }
            case LINGER -> closeAfter(age, open.patience(LINGER_SILENCE));
            case ANSWER -> {
                answer.sweep(nowNanos);
                if (age > limits.watchAfter().toNanos()) {
                    lookout.begin();
                }
            }
        }
    }

    private void closeAfter(long ageNanos, Duration limit) {
        if (ageNanos > limit.toNanos()) {
            link.close();
        }
    }

    /** Where places are rare, a client that does not end its head makes room, as a silent one does. */
    private Duration headLimit() {
        return served ? open.patience(limits.head()) : place.patienceWithNew(limits.head());
    }

    private Duration idleLimit() {
        if (gateway.refuses()) {
            return Duration.ZERO;
        }
        return served ? open.patience(limits.idle()) : place.patienceWithNew(limits.idle());
    }

    private void giveUpBody() {
        Http1Exchange exchange = current;
        if (exchange != null) {
            exchange.tooSlow();
        }
        link.close();
    }

    private void clientGone() {
        Http1Exchange exchange = current;
        if (exchange != null) {
            answer.clientGone();
            if (gateway.cancelsWhenClientLeaves()) {
                exchange.cancellation().cancel();
            }
        }
    }

    private void enter(Phase next) {
        enter(next, clock.getAsLong());
    }

    private void enter(Phase next, long nowNanos) {
        phaseSinceNanos = nowNanos;
        phase = next;
    }

    @Override
    public boolean carriesMany() {
        return false;
    }

    @Override
    public void close(boolean atOnce) {
        if (atOnce || phase == Phase.IDLE) {
            link.close();
        }
    }
}
