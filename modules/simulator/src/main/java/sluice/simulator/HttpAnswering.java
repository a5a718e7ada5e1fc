package sluice.simulator;

import java.io.IOException;
import sluice.http1.RequestHead;
import sluice.net.Link;

/**
 * Gives the answer to one request. A slow one is given by a second thread while the connection's watches for the peer to leave;
 * a peer that ends its side counts as gone.
 */
final class HttpAnswering {
    private static final byte[] HALF_HEAD = BodyOut.bytes("HTTP/1.1 20");

    private final Simulation simulation;
    private final HttpConnection connection;
    private final RequestHead head;
    private final ReceivedRequest request;
    private final Pauses pauses = new Pauses();

    HttpAnswering(Simulation simulation, HttpConnection connection, RequestHead head, ReceivedRequest request) {
        this.simulation = simulation;
        this.connection = connection;
        this.head = head;
        this.request = request;
    }

    /** Ends the connection instead of answering, behind what the fault asks for. */
    void drop(Fault fault) throws IOException {
        Link link = connection.link();
        String how = fault.text(FaultOption.DROP).orElse("rst");
        if (fault.has(FaultOption.HINTS)) {
            link.write(BodyOut.EARLY_HINTS, 0, BodyOut.EARLY_HINTS.length);
        }
        if (how.equals("half")) {
            link.write(HALF_HEAD, 0, HALF_HEAD.length);
        }
        simulation.ended(request, ReceivedRequest.Ending.BROKEN);
        connection.breakOff(how.equals("rst"));
    }

    /** Gives the answer; returns whether the connection may be used again. */
    boolean send(SimulatedAnswer answer, Fault fault) throws IOException {
        answer.background().ifPresent(response -> simulation.bill().background(request.accountKey(), response));
        if (!fault.has(FaultOption.HEADERS) && !answer.isSlow()) {
            return give(answer, fault);
        }
        boolean[] keep = {false};
        Thread giver = Thread.ofVirtual().name("sluice-simulator-answer").start(() -> {
            keep[0] = give(answer, fault);
            if (!keep[0]) {
                connection.close();
            }
        });
        watch(giver);
        try {
            giver.join();
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
        return keep[0];
    }

    private void watch(Thread giver) {
        try {
            // Once, and no loop: what came may be the next request, from a peer that has its answer while the giver still ends.
            if (giver.isAlive() && !connection.lookAhead()) {
                throw new IOException("the peer has ended its side");
            }
        } catch (IOException e) {
            simulation.ended(request, ReceivedRequest.Ending.PEER_GONE);
            pauses.gone();
            connection.close();
        }
    }

    private boolean give(SimulatedAnswer answer, Fault fault) {
        boolean keep = head.keepAlive() && !fault.has(FaultOption.BOTH);
        try {
            long headersNanos = fault.nanos(FaultOption.HEADERS, 0);
            pauses.until(headersNanos);
            BodyOut out = new BodyOut(connection.link(), request, fault);
            switch (answer) {
                case SimulatedAnswer.Whole whole -> answer(out, whole, fault, keep);
                case SimulatedAnswer.Accepted accepted -> answer(out, accepted.whole(), fault, keep);
                case SimulatedAnswer.Events events -> {
                    out.begin(200, headers("text/event-stream; charset=utf-8", fault, keep));
                    if (fault.has(FaultOption.SILENT)) {
                        out.flush();
                        pauses.until(headersNanos + fault.nanos(FaultOption.SILENT, 0));
                    }
                    events.tell(new SseOut(out, request, fault, pauses, events.after()), () -> bill(answer));
                    out.end();
                }
            }
            request.billed(answer.charge().usage());
            simulation.ended(request, ReceivedRequest.Ending.ANSWERED);
            return keep;
        } catch (BrokenOnPurpose e) {
            simulation.ended(request, ReceivedRequest.Ending.BROKEN);
            connection.breakOff(e.reset());
            return false;
        } catch (IOException e) {
            simulation.bill().left(request.accountKey(), answer.charge(), request.deltas());
            simulation.ended(request, ReceivedRequest.Ending.PEER_GONE);
            connection.close();
            return false;
        }
    }

    private void answer(BodyOut out, SimulatedAnswer.Whole whole, Fault fault, boolean keep) throws IOException {
        bill(whole);
        out.answer(whole.status(), headers(whole.contentType(), fault, keep), whole.body());
    }

    /** Before the last byte is out: what is made is billed, and whoever has the answer finds it on the bill. */
    private void bill(SimulatedAnswer answer) {
        simulation.bill().whole(request.accountKey(), answer.charge());
    }

    private AnswerHeaders headers(String contentType, Fault fault, boolean keep) {
        return new AnswerHeaders(simulation.ids().next("req_"), simulation.account(request.accountKey()).organization(),
                contentType, fault.nanos(FaultOption.HEADERS, 0) / 1_000_000 + 1, !keep);
    }
}
