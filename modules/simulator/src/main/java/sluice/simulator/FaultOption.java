package sluice.simulator;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The one table of what a {@link Fault} may ask for: {@code sluice simulate --faults} prints it and the README repeats it. An
 * option that is no fault says what is answered; {@code times} does not end it.
 */
enum FaultOption {
    DELTAS(Kind.COUNT, false, "number of text deltas"),
    INTERVAL(Kind.DURATION, false, "time from one delta to the next, without drift"),
    SIZE(Kind.COUNT, false, "bytes of text in each delta"),
    TEXT(Kind.TEXT, false, "the whole text of the answer, one word a delta"),
    TOOL(Kind.TEXT, false, "call this tool instead of answering, unless the input ends with its output"),
    ARGS_B64(Kind.TEXT, false, "arguments of the call, JSON in base64"),
    REASONING(Kind.FLAG, false, "a reasoning item first, with encrypted_content"),
    TURN_STATE(Kind.TEXT, false, "answer with the header x-codex-turn-state"),
    CODEX_RL(Kind.FLAG, false, "a codex.rate_limits event first"),
    COOKIE(Kind.FLAG, false, "answer with set-cookie, alt-svc and strict-transport-security"),
    ORG(Kind.TEXT, false, "organisation of the account: only it can read its encrypted_content"),
    ID(Kind.TEXT, false, "makes a key or a counter its own; says nothing else"),
    TIMES(Kind.COUNT, false, "only the first n requests of this account fail, counted by account and id"),
    STATUS(Kind.COUNT, true, "answer this status with an OpenAI error; on WebSocket an error event"),
    CODE(Kind.TEXT, true, "the error's code instead of the status's usual one"),
    TYPE(Kind.TEXT, true, "the error's type instead of the status's usual one"),
    MESSAGE(Kind.TEXT, true, "the error's message, with underscores for blanks"),
    BODY(Kind.TEXT, true, "with status: json, html, text or empty"),
    RETRY(Kind.COUNT, true, "with status: Retry-After in seconds"),
    RETRYMS(Kind.COUNT, true, "with status: retry-after-ms"),
    RESET(Kind.TEXT, true, "with status: x-ratelimit-reset-requests, such as 1m30s, with nothing remaining"),
    OVERLOADED(Kind.FLAG, true, "inside a 200, before output: response.failed with server_is_overloaded"),
    RATELIMITED(Kind.FLAG, true, "inside a 200, before output: response.failed with rate_limit_exceeded"),
    FAIL(Kind.TEXT, true, "inside a 200: response.failed with this code"),
    FAILAT(Kind.COUNT, true, "the failure comes after n deltas instead of before output"),
    FAILAS(Kind.TEXT, true, "the failure is failed, error, or both one after the other"),
    INCOMPLETE(Kind.FLAG, true, "end with response.incomplete, max_output_tokens"),
    HEADERS(Kind.DURATION, true, "wait before the status line"),
    SILENT(Kind.DURATION, true, "wait between headers and first event"),
    FIRST(Kind.DURATION, true, "wait before the first output event"),
    STALL(Kind.COUNT, true, "say nothing more after n events, until the peer leaves"),
    CUT(Kind.COUNT, true, "end the connection after n bytes of body"),
    RST(Kind.COUNT, true, "reset the connection after n bytes of body"),
    CUTAFTER(Kind.COUNT, true, "end the connection after n events or messages"),
    DROP(Kind.TEXT, true, "no answer: end the connection with fin or rst"),
    REUSE(Kind.FLAG, true, "reset a connection on which an earlier request was answered; a fresh one is served"),
    NOEND(Kind.FLAG, true, "no terminal event, but a clean end"),
    EOL(Kind.TEXT, true, "line ends of the events: lf, crlf or cr"),
    SPLIT(Kind.COUNT, true, "n bytes to a chunk and to a socket write, also inside a character"),
    COMMENTS(Kind.COUNT, true, "a comment before every n-th event"),
    HUGE(Kind.COUNT, true, "the first delta has n bytes more"),
    HINTS(Kind.FLAG, true, "103 Early Hints first"),
    GZIP(Kind.FLAG, true, "answer with Content-Encoding: gzip, asked or not"),
    SWAP(Kind.FLAG, true, "SSE to a JSON request, JSON to a streaming one"),
    AFTER(Kind.TEXT, true, "behind the terminal event: done for data: [DONE], or event"),
    LENGTH(Kind.TEXT, true, "Content-Length of a JSON answer is off by n, such as 10 or m10 for less"),
    BOTH(Kind.FLAG, true, "both Content-Length and Transfer-Encoding"),
    BADCHUNK(Kind.COUNT, true, "a chunk size that is no number after n events"),
    HANDSHAKE(Kind.COUNT, true, "refuse a WebSocket handshake with this status"),
    WS_LIMIT(Kind.FLAG, true, "on WebSocket: the error of the 60-minute limit, and close"),
    CLOSE(Kind.COUNT, true, "on WebSocket: close with this code, before the answer or at cutafter");

    /** What a value looks like. */
    enum Kind { FLAG, COUNT, DURATION, TEXT }

    private final Kind kind;
    private final boolean fault;
    private final String meaning;

    FaultOption(Kind kind, boolean fault, String meaning) {
        this.kind = kind;
        this.fault = fault;
        this.meaning = meaning;
    }

    Kind kind() {
        return kind;
    }

    boolean fault() {
        return fault;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<FaultOption> named(String label) {
        return Arrays.stream(values()).filter(option -> option.label().equals(label)).findAny();
    }

    /** Checks a value; the message of the exception is for whoever wrote it. */
    void check(String value) {
        switch (kind) {
            case FLAG -> require(value.equals("0") || value.equals("1"), value, "0 or 1");
            case COUNT -> require(value.matches("\\d{1,9}"), value, "a number");
            case DURATION -> require(value.matches("\\d{1,9}(us|ms|s|m)"), value, "a duration such as 150ms");
            case TEXT -> require(!value.isEmpty(), value, "a text");
        }
        switch (this) {
            case BODY -> require(value.matches("json|html|text|empty"), value, "json, html, text or empty");
            case FAILAS -> require(value.matches("failed|error|both"), value, "failed, error or both");
            case DROP -> require(value.matches("fin|rst"), value, "fin or rst");
            case EOL -> require(value.matches("lf|crlf|cr"), value, "lf, crlf or cr");
            case AFTER -> require(value.matches("done|event"), value, "done or event");
            case LENGTH -> require(value.matches("m?\\d{1,9}"), value, "a number, or m and a number");
            case STATUS, HANDSHAKE -> require(value.matches("[2-5]\\d\\d"), value, "a status");
            case SPLIT, COMMENTS -> require(!value.matches("0+"), value, "at least 1");
            default -> { }
        }
    }

    /** The table as {@code sluice simulate --faults} prints it, one option a line. */
    static String table() {
        StringBuilder out = new StringBuilder();
        for (FaultOption option : values()) {
            String shape = switch (option.kind) {
                case FLAG -> "";
                case COUNT -> "=n";
                case DURATION -> "=time";
                case TEXT -> "=text";
            };
            out.append("| `").append(option.label()).append(shape).append("` | ");
            out.append(option.fault ? "fault" : "answer").append(" | ").append(option.meaning).append(" |\n");
        }
        return out.toString();
    }

    private void require(boolean right, String value, String rule) {
        if (!right) {
            throw new IllegalArgumentException(label() + ": " + rule + ", not " + value);
        }
    }
}
