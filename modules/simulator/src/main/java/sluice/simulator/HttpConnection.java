package sluice.simulator;

import java.io.IOException;
import java.net.Socket;
import java.util.Arrays;
import java.util.Optional;
import sluice.wire.ByteBuilder;
import sluice.wire.FramingException;
import sluice.wire.HttpBody;
import sluice.wire.HttpInput;
import sluice.wire.RequestHead;
import sluice.wire.SocketLink;
import sluice.wire.WebSocketHandshake;

/**
 * One accepted connection: requests, one after the other. A slow answer is given by a second thread while this one watches for
 * the peer to leave; a peer that ends its side counts as gone.
 */
final class HttpConnection {
    private static final int MAX_HEAD_BYTES = 64 * 1024;
    private static final int MAX_BODY_BYTES = 256 * 1024 * 1024;
    private static final int FIRST_BODY_BYTES = 64 * 1024;
    private static final int MAX_LOOK_AHEAD_BYTES = 16 * 1024;

    private final SimulatedUpstream upstream;
    private final Socket socket;
    private final SocketLink link;
    private final HttpInput input;
    private final long number;
    private int requests;

    HttpConnection(SimulatedUpstream upstream, Socket socket, long number) throws IOException {
        this.upstream = upstream;
        this.socket = socket;
        this.number = number;
        link = new SocketLink(socket);
        input = new HttpInput(link, MAX_HEAD_BYTES);
    }

    void serve() {
        try {
            upstream.travel(link.secure() ? 2 : 1);
            while (serveNext()) {
                requests++;
            }
        } catch (FramingException e) {
            refuse(e);
        } catch (IOException e) {
            // The peer has gone, or we have been closed.
        } finally {
            close();
            upstream.left(this);
        }
    }

    void close() {
        link.close();
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
        byte[] body = readBody(head);
        upstream.travel(1);
        String key = keyOf(head);
        ReceivedRequest request = new ReceivedRequest(head.method(), head.target(), head.headers(), body, key, number,
                requests + 1);
        if (WebSocketHandshake.asked(head) instanceof WebSocketHandshake.Asked.Upgrade upgrade) {
            return openWebSocket(head, upgrade, request);
        }
        upstream.began(request);
        Optional<TurnRequest> read = read(body);
        Fault fault = Fault.NONE;
        Answer answer;
        try {
            checkKey(key);
            fault = upstream.plan().choose(key, read.map(TurnRequest::model).orElse(""),
                    read.map(r -> r.lastText).orElse(""), requests > 0);
            request.chosen(fault);
            if (fault.has(FaultOption.DROP) || fault.has(FaultOption.REUSE)) {
                upstream.ended(request, ReceivedRequest.Ending.BROKEN);
                breakOff(fault.has(FaultOption.REUSE) || fault.text(FaultOption.DROP).orElse("").equals("rst"));
                return false;
            }
            answer = answer(head, read, fault, key);
        } catch (ApiException e) {
            answer = Answer.Whole.json(e.error().status(), e.error().json());
        } catch (IllegalArgumentException e) {
            ApiError error = ApiError.invalid("invalid_simulator_option", "input", e.getMessage());
            answer = Answer.Whole.json(error.status(), error.json());
        }
        return send(head, request, fault, answer);
    }

    private Answer answer(RequestHead head, Optional<TurnRequest> read, Fault fault, String key) throws ApiException {
        if (fault.has(FaultOption.STATUS)) {
            return failure(fault);
        }
        if (read.isEmpty()) {
            throw new ApiException(new ApiError(400, "invalid_request_error", "invalid_json", Optional.empty(),
                    "We could not parse the JSON body of your request."));
        }
        return upstream.routes().answer(head, read.get(), fault, upstream.account(key));
    }

    private static Answer failure(Fault fault) {
        int status = fault.count(FaultOption.STATUS, 500);
        return switch (fault.text(FaultOption.BODY).orElse("json")) {
            case "html" -> new Answer.Whole(status, "text/html", BodyOut.bytes("<html><head><title>" + status
                    + "</title></head><body><center><h1>" + status + "</h1></center><hr>cloudflare</body></html>\n"));
            case "text" -> new Answer.Whole(status, "text/plain", BodyOut.bytes("upstream connect error\n"));
            case "empty" -> new Answer.Whole(status, "text/plain", new byte[0]);
            default -> Answer.Whole.json(status, ApiError.of(status, fault).json());
        };
    }

    private boolean send(RequestHead head, ReceivedRequest request, Fault fault, Answer answer) throws IOException {
        Pauses pauses = new Pauses();
        boolean slow = fault.has(FaultOption.HEADERS) || answer instanceof Answer.Events events && isSlow(events, fault);
        if (!slow) {
            return give(head, request, fault, answer, pauses);
        }
        boolean[] keep = {false};
        Thread giver = Thread.ofVirtual().name("sluice-simulator-answer").start(() -> {
            keep[0] = give(head, request, fault, answer, pauses);
            if (!keep[0]) {
                close();
            }
        });
        watch(giver, request, pauses);
        try {
            giver.join();
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
        return keep[0];
    }

    private void watch(Thread giver, ReceivedRequest request, Pauses pauses) {
        try {
            // Once, and no loop: what came may be the next request, from a peer that has its answer while the giver still ends.
            if (giver.isAlive() && !input.lookAhead(MAX_LOOK_AHEAD_BYTES)) {
                throw new IOException("the peer has ended its side");
            }
        } catch (IOException e) {
            upstream.ended(request, ReceivedRequest.Ending.PEER_GONE);
            pauses.gone();
            close();
        }
    }

    /** Gives the answer; returns whether the connection may be used again. */
    private boolean give(RequestHead head, ReceivedRequest request, Fault fault, Answer answer, Pauses pauses) {
        boolean keep = head.keepAlive() && !fault.has(FaultOption.BOTH);
        try {
            long headersNanos = fault.nanos(FaultOption.HEADERS, 0);
            pauses.until(headersNanos);
            BodyOut out = new BodyOut(link, request, fault);
            AnswerHeaders headers = headers(request.accountKey(), contentType(answer), headersNanos / 1_000_000 + 1, !keep);
            switch (answer) {
                case Answer.Whole whole -> out.answer(whole.status(), headers, whole.body());
                case Answer.Events events -> {
                    out.begin(200, headers);
                    if (fault.has(FaultOption.SILENT)) {
                        out.flush();
                        pauses.until(headersNanos + fault.nanos(FaultOption.SILENT, 0));
                    }
                    events.tell(new SseOut(out, request, fault, pauses, events.after()));
                    out.end();
                }
            }
            request.billed(answer.billed());
            upstream.ended(request, ReceivedRequest.Ending.ANSWERED);
            return keep;
        } catch (BrokenOnPurpose e) {
            upstream.ended(request, ReceivedRequest.Ending.BROKEN);
            breakOff(e.reset());
            return false;
        } catch (IOException e) {
            upstream.ended(request, ReceivedRequest.Ending.PEER_GONE);
            close();
            return false;
        }
    }

    private boolean openWebSocket(RequestHead head, WebSocketHandshake.Asked.Upgrade upgrade, ReceivedRequest request)
            throws IOException {
        upstream.began(request);
        Fault fault = Fault.NONE;
        try {
            checkKey(request.accountKey());
            fault = upstream.plan().standing(request.accountKey());
            if (fault.has(FaultOption.HANDSHAKE)) {
                throw new ApiException(ApiError.of(fault.count(FaultOption.HANDSHAKE, 426), fault));
            }
        } catch (ApiException e) {
            return send(head, request, fault.healed(), Answer.Whole.json(e.error().status(), e.error().json()));
        } catch (IllegalArgumentException e) {
            return send(head, request, Fault.NONE, Answer.Whole.json(401, ApiError.badKey(e.getMessage()).json()));
        }
        WebSocketSession session = new WebSocketSession(upstream, this, head, request, requests + 1);
        session.open(link, input, upgrade.key(), fault);
        session.run();
        return false;
    }

    private void checkKey(String key) throws ApiException {
        if (!upstream.settings().keys().isEmpty() && !upstream.settings().keys().contains(key)) {
            throw new ApiException(ApiError.badKey(key.isEmpty()
                    ? "You didn't provide an API key." : "Incorrect API key provided: sk-***."));
        }
        try {
            Fault.ofKey(key);
        } catch (IllegalArgumentException e) {
            throw new ApiException(ApiError.badKey("The simulator cannot read this key: " + e.getMessage()));
        }
    }

    private AnswerHeaders headers(String key, String contentType, long processingMillis, boolean close) {
        return new AnswerHeaders(upstream.ids().next("req_"), upstream.account(key).organization(), contentType,
                processingMillis, close);
    }

    private static String contentType(Answer answer) {
        return switch (answer) {
            case Answer.Whole whole -> whole.contentType();
            case Answer.Events events -> "text/event-stream; charset=utf-8";
        };
    }

    private static boolean isSlow(Answer.Events events, Fault fault) {
        return fault.has(FaultOption.STALL) || fault.has(FaultOption.SILENT) || events.turn().fault().has(FaultOption.FIRST)
                || events.turn().fault().nanos(FaultOption.INTERVAL, 0) > 0;
    }

    private static Optional<TurnRequest> read(byte[] body) {
        if (body.length == 0) {
            return Optional.of(new TurnRequest(body));
        }
        try {
            return Optional.of(TurnRequestReader.read(body));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String keyOf(RequestHead head) {
        String authorization = head.headers().first("authorization").orElse("");
        return authorization.regionMatches(true, 0, "Bearer ", 0, 7) ? authorization.substring(7).strip() : "";
    }

    private byte[] readBody(RequestHead head) throws IOException {
        if (head.bodyBytes() == 0) {
            return new byte[0];
        }
        HttpBody body = input.body(head.bodyBytes());
        byte[] bytes = new byte[(int) Math.min(head.bodyBytes() < 0 ? FIRST_BODY_BYTES : head.bodyBytes(), MAX_BODY_BYTES)];
        int length = 0;
        while (true) {
            if (length == bytes.length) {
                if (body.finished()) {
                    return bytes;
                }
                if (length >= MAX_BODY_BYTES) {
                    throw new FramingException(413, "the body is larger than " + MAX_BODY_BYTES + " bytes");
                }
                bytes = Arrays.copyOf(bytes, Math.min(MAX_BODY_BYTES, length * 2));
            }
            int count = body.read(bytes, length, bytes.length - length);
            if (count < 0) {
                return Arrays.copyOf(bytes, length);
            }
            length += count;
        }
    }

    private void refuse(FramingException e) {
        ByteBuilder out = new ByteBuilder(512);
        byte[] body = BodyOut.bytes(new ApiError(e.status(), "invalid_request_error", "bad_request", Optional.empty(),
                e.getMessage()).json());
        headers("", "application/json", 1, true).writeTo(e.status(), Fault.NONE, out);
        out.header("Content-Length", Integer.toString(body.length)).crlf().bytes(body);
        try {
            link.write(out.array(), 0, out.length());
        } catch (IOException gone) {
            // Nobody is there to be told.
        }
    }
}
