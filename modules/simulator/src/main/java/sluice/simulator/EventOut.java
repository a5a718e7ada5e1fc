package sluice.simulator;

import java.io.IOException;

/** Where a turn's events go. Numbers them, and has the faults that count events. Confined to the answering thread. */
abstract class EventOut {
    private static final byte[] NOTHING = {};

    private final ReceivedRequest request;
    private final Fault fault;
    private final Pauses pauses;
    private final int stallAt;
    private final int cutAt;
    private final int badChunkAt;
    private final int commentEvery;
    private final long keepaliveNanos;
    private int sequence;
    private int sent;
    private int deltas;

    EventOut(ReceivedRequest request, Fault fault, Pauses pauses) {
        this.request = request;
        this.fault = fault;
        this.pauses = pauses;
        stallAt = fault.count(FaultOption.STALL, -1);
        cutAt = fault.count(FaultOption.CUTAFTER, -1);
        badChunkAt = fault.count(FaultOption.BADCHUNK, -1);
        commentEvery = fault.count(FaultOption.COMMENTS, 0);
        keepaliveNanos = fault.nanos(FaultOption.KEEPALIVE, 0);
    }

    /** One event; {@code rest} follows the sequence number and starts with a comma. */
    final void event(String type, byte[] rest) throws IOException {
        before();
        write(type, sequence++, rest);
        request.events(++sent);
        if (type.endsWith(".delta")) {
            request.deltas(++deltas);
        }
    }

    /** An {@code error} event, in the words of a stream; a WebSocket has others. */
    void error(ApiError error) throws IOException {
        event("error", BodyOut.bytes(error.ofEvent()));
    }

    /** A sign of life, which is no output. */
    final void keepalive() throws IOException {
        event("keepalive", NOTHING);
    }

    /** An event without a sequence number. */
    final void unnumbered(String type, byte[] rest) throws IOException {
        before();
        write(type, -1, rest);
        request.events(++sent);
    }

    /** Sends what is there and waits until {@code nanos} after the start of the answer, with signs of life if they are wanted. */
    final void waitUntil(long nanos) throws IOException {
        flush();
        while (keepaliveNanos > 0 && pauses.elapsedNanos() + keepaliveNanos < nanos) {
            pauses.until(pauses.elapsedNanos() + keepaliveNanos);
            keepalive();
            flush();
        }
        pauses.until(nanos);
    }

    private void before() throws IOException {
        if (sent == stallAt) {
            flush();
            pauses.forever();
        }
        if (sent == cutAt) {
            flush();
            throw new BrokenOnPurpose(false, fault.count(FaultOption.CLOSE, 0));
        }
        if (sent == badChunkAt) {
            badChunk();
        }
        if (commentEvery > 0 && sent % commentEvery == 0) {
            comment();
        }
    }

    /** Writes an event; {@code number} is -1 for none. */
    abstract void write(String type, int number, byte[] rest) throws IOException;

    abstract void comment() throws IOException;

    abstract void badChunk() throws IOException;

    /** {@code data: [DONE]}, where there is such a thing. */
    abstract void done() throws IOException;

    /** Sends what was written. */
    abstract void flush() throws IOException;
}
