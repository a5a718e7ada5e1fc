package sluice.simulator;

import java.io.IOException;
import java.net.Socket;
import java.util.Optional;
import sluice.http1.FramingException;
import sluice.http1.HttpInput;
import sluice.http1.RequestHead;
import sluice.net.ByteBuilder;
import sluice.net.SocketLink;
import sluice.websocket.WebSocketHandshake;

/**
 * One accepted connection: requests, one after the other, each read, judged by the plan of faults and answered.
 */
final class HttpConnection {
    private static final int MAX_HEAD_BYTES = 64 * 1024;
    private static final int MAX_LOOK_AHEAD_BYTES = 16 * 1024;

    private final Simulation simulation;
    private final Socket socket;
    private final SocketLink link;
    private final HttpInput input;
    private final long number;
    private int requests;
    private volatile boolean closed;
    private volatile Optional<Pauses> ignoring = Optional.empty();

    HttpConnection(Simulation simulation, Socket socket, long number) throws IOException {
        this.simulation = simulation;
        this.socket = socket;
        this.number = number;
        link = new SocketLink(socket);
        input = new HttpInput(link, MAX_HEAD_BYTES);
    }

    void serve() {
        try {
            simulation.travel(link.secure() ? 2 : 1);
            while (serveNext()) {
                requests++;
            }
        } catch (FramingException e) {
            refuse(e);
        } catch (IOException e) {
            // The peer has gone, or we have been closed.
        } finally {
            close();
        }
    }

    void close() {
        closed = true;
        link.close();
        ignoring.ifPresent(Pauses::gone);
    }

    SocketLink link() {
        return link;
    }

    /** Waits for the next bytes of the peer; false if it has ended its side. */
    boolean lookAhead() throws IOException {
        return input.lookAhead(MAX_LOOK_AHEAD_BYTES);
    }

    /** Ends the connection, with a reset if asked. */
    void breakOff(boolean reset) {
        try {
            if (reset) {
                socket.setSoLinger(true, 0);
            }
        } catch (IOException e) {
            // Closed already.
        }
        link.close();
    }

    private boolean serveNext() throws IOException {
        Optional<RequestHead> next = input.readRequestHead();
        if (next.isEmpty()) {
            return false;
        }
        RequestHead head = next.get();
        if (head.expectsContinue()) {
            byte[] go = BodyOut.bytes("HTTP/1.1 100 Continue\r\n\r\n");
            link.write(go, 0, go.length);
        }
        String key = keyOf(head);
        BodyReading reading = new BodyReading(input, head, plan().standingCount(key, FaultOption.NOREAD));
        byte[] body = reading.read();
        simulation.travel(1);
        ReceivedRequest request = new ReceivedRequest(head.method(), head.target(), head.headers(), body, key, number,
                requests + 1);
        if (!reading.isWhole()) {
            return ignore(request);
        }
        if (WebSocketHandshake.asked(head) instanceof WebSocketHandshake.Asked.Upgrade upgrade) {
            return openWebSocket(head, upgrade, request);
        }
        simulation.began(request);
        Optional<ResponseRequest> read = read(body);
        HttpAnswering answering = new HttpAnswering(simulation, this, head, request);
        try {
            checkKey(key);
            Fault fault = plan().choose(key, read.map(ResponseRequest::model).orElse(""), read.map(r -> r.lastText).orElse(""),
                    new FaultPlan.Place(Routes.name(head), requests > 0));
            request.chosen(fault);
            if (fault.has(FaultOption.DROP) || fault.has(FaultOption.REUSE)) {
                answering.drop(fault);
                return false;
            }
            return answering.send(answer(head, read, fault, key), fault);
        } catch (ApiException e) {
            return answering.send(SimulatedAnswer.Whole.error(e.error()), request.fault());
        } catch (IllegalArgumentException e) {
            return answering.send(SimulatedAnswer.Whole.error(
                    ApiError.invalid("invalid_simulator_option", "input", e.getMessage())), Fault.NONE);
        }
    }

    /** Takes nothing more in, and says nothing, until the connection is closed. */
    private boolean ignore(ReceivedRequest request) {
        simulation.began(request);
        Pauses pauses = new Pauses();
        ignoring = Optional.of(pauses);
        try {
            if (!closed) {
                pauses.forever();
            }
        } catch (IOException e) {
            // Closed at last.
        }
        simulation.ended(request, ReceivedRequest.Ending.PEER_GONE);
        return false;
    }

    private SimulatedAnswer answer(RequestHead head, Optional<ResponseRequest> read, Fault fault, String key) throws ApiException {
        if (fault.has(FaultOption.STATUS)) {
            return SimulatedAnswer.Whole.failure(fault);
        }
        if (read.isEmpty()) {
            throw new ApiException(ApiError.invalid("invalid_json", null,
                    "We could not parse the JSON body of your request."));
        }
        return simulation.routes().answer(head, read.get(), fault, simulation.account(key));
    }

    private boolean openWebSocket(RequestHead head, WebSocketHandshake.Asked.Upgrade upgrade, ReceivedRequest request)
            throws IOException {
        simulation.began(request);
        HttpAnswering answering = new HttpAnswering(simulation, this, head, request);
        Fault fault;
        try {
            checkKey(request.accountKey());
            fault = plan().standing(request.accountKey());
            if (fault.has(FaultOption.HANDSHAKE)) {
                return answering.send(SimulatedAnswer.Whole.error(ApiError.of(fault.count(FaultOption.HANDSHAKE, 426), fault)),
                        fault.healed());
            }
        } catch (ApiException e) {
            return answering.send(SimulatedAnswer.Whole.error(e.error()), Fault.NONE);
        }
        WebSocketSession session = new WebSocketSession(simulation, this, head, request, requests + 1);
        session.open(link, input, upgrade.key(), fault);
        session.run();
        return false;
    }

    private void checkKey(String key) throws ApiException {
        if (!simulation.settings().keys().isEmpty() && !simulation.settings().keys().contains(key)) {
            throw new ApiException(ApiError.badKey(key.isEmpty()
                    ? "You didn't provide an API key." : "Incorrect API key provided: sk-***."));
        }
        try {
            Fault.ofKey(key);
        } catch (IllegalArgumentException e) {
            throw new ApiException(ApiError.badKey("The simulator cannot read this key: " + e.getMessage()));
        }
    }

    private static Optional<ResponseRequest> read(byte[] body) {
        if (body.length == 0) {
            return Optional.of(new ResponseRequest(body));
        }
        try {
            return Optional.of(ResponseRequestReader.read(body));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String keyOf(RequestHead head) {
        String authorization = head.headers().first("authorization").orElse("");
        return authorization.regionMatches(true, 0, "Bearer ", 0, 7) ? authorization.substring(7).strip() : "";
    }

    private FaultPlan plan() {
        return simulation.plan();
    }

    private void refuse(FramingException e) {
        ByteBuilder out = new ByteBuilder(512);
        byte[] body = BodyOut.bytes(new ApiError(e.status(), new ApiError.Names("invalid_request_error", "bad_request", null),
                e.getMessage(), "").json());
        new AnswerHeaders(simulation.ids().next("req_"), simulation.account("").organization(), "application/json", 1, true)
                .writeTo(e.status(), Fault.NONE, out);
        out.header("Content-Length", Integer.toString(body.length)).crlf().bytes(body);
        try {
            link.write(out.array(), 0, out.length());
        } catch (IOException gone) {
            // Nobody is there to be told.
        }
    }
}
