package sluice.simulator;

import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import sluice.api.Headers;
import sluice.api.TokenUsage;

/**
 * One request as the simulated upstream saw it, or one turn on a WebSocket, whose message is then the body. Times are
 * {@link System#nanoTime}. Thread-safe.
 */
public final class ReceivedRequest {
    /** How it ended. */
    public enum Ending {
        /** It has not. */
        OPEN,
        /** The answer went out as a whole. */
        ANSWERED,
        /** The simulator broke the connection, as a fault asked. */
        BROKEN,
        /** The peer left first. */
        PEER_GONE
    }

    private final String method;
    private final String target;
    private final Headers headers;
    private final byte[] body;
    private final String accountKey;
    private final long connection;
    private final int onConnection;
    private final long arrivedNanos = System.nanoTime();
    private final AtomicBoolean claimed = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile long firstByteNanos;
    private volatile long endedNanos;
    private volatile long bytesSent;
    private volatile int status;
    private volatile int events;
    private volatile int deltas;
    private volatile Ending ending = Ending.OPEN;
    private volatile Fault fault = Fault.NONE;
    private volatile TokenUsage billed = TokenUsage.NONE;

    ReceivedRequest(String method, String target, Headers headers, byte[] body, String accountKey, long connection,
            int onConnection) {
        this.method = method;
        this.target = target;
        this.headers = headers;
        this.body = body;
        this.accountKey = accountKey;
        this.connection = connection;
        this.onConnection = onConnection;
    }

    /** The method; {@code WEBSOCKET} for a turn. */
    public String method() {
        return method;
    }

    /** Path and query as they came. */
    public String target() {
        return target;
    }

    /** All header lines; of a turn, those of the handshake. */
    public Headers headers() {
        return headers;
    }

    /** The bytes of the body or message. */
    public byte[] body() {
        return body.clone();
    }

    /** What followed {@code Bearer}; empty without. */
    public String accountKey() {
        return accountKey;
    }

    /** Number of the connection, from 1. */
    public long connection() {
        return connection;
    }

    /** Which request of its connection it is, from 1. */
    public int onConnection() {
        return onConnection;
    }

    /** When its body was there. */
    public long arrivedNanos() {
        return arrivedNanos;
    }

    /** When the first byte of the answer went out. */
    public OptionalLong firstByteNanos() {
        return firstByteNanos == 0 ? OptionalLong.empty() : OptionalLong.of(firstByteNanos);
    }

    /** When it ended, or the peer was seen to leave. */
    public OptionalLong endedNanos() {
        return ending == Ending.OPEN ? OptionalLong.empty() : OptionalLong.of(endedNanos);
    }

    /** Bytes of the answer's body, before framing; of a turn, of its messages. */
    public long bytesSent() {
        return bytesSent;
    }

    /** Status of the answer; 0 while there is none. */
    public int status() {
        return status;
    }

    /** What was answered and what went wrong, as it was chosen for this request. */
    public Fault fault() {
        return fault;
    }

    /** Events of the answer that were written, ones left out because of {@code starting_after} included; of a turn, messages. */
    public int events() {
        return events;
    }

    /** Tokens that it was told to have used; none unless all of an answer with its usage went out. */
    public TokenUsage billed() {
        return billed;
    }

    /** How it ended. */
    public Ending ending() {
        return ending;
    }

    /** Waits until it has ended. */
    public Ending awaitEnd() throws InterruptedException {
        ended.await();
        return ending;
    }

    void answering(int answered) {
        status = answered;
        if (firstByteNanos == 0) {
            firstByteNanos = System.nanoTime();
        }
    }

    /** Called by the one thread that answers. */
    void sent(long bytes) {
        bytesSent = bytes;
    }

    /** Called by the one thread that answers. */
    void events(int count) {
        events = count;
    }

    /** Called by the one thread that answers. */
    void deltas(int count) {
        deltas = count;
    }

    /** How many of the events were deltas of output. */
    int deltas() {
        return deltas;
    }

    void chosen(Fault what) {
        fault = what;
    }

    /** Called before {@link #end}. */
    void billed(TokenUsage tokens) {
        billed = tokens;
    }

    /** True for the first caller only: it says how the request ended. */
    boolean claimEnd() {
        return claimed.compareAndSet(false, true);
    }

    void end(Ending how) {
        endedNanos = System.nanoTime();
        ending = how;
        ended.countDown();
    }

    int bodyBytes() {
        return body.length;
    }
}
