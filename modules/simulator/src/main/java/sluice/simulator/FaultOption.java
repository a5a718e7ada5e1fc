package sluice.simulator;

import java.util.Arrays;
import java.util.List;
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
    CODEX_HEADERS(Kind.FLAG, false, "x-codex-primary-* and x-codex-secondary-* headers"),
    USED(Kind.COUNT, false, "percent of the primary window that is used, for codex_rl and codex_headers"),
    WINDOW(Kind.COUNT, false, "minutes of the primary window"),
    RENEWS(Kind.DURATION, false, "time until the primary window is renewed"),
    USED2(Kind.COUNT, false, "percent of the secondary window that is used"),
    WINDOW2(Kind.COUNT, false, "minutes of the secondary window"),
    RENEWS2(Kind.DURATION, false, "time until the secondary window is renewed"),
    PLAN(Kind.TEXT, false, "plan_type in codex_rl, codex_headers and errors"),
    LIMIT(Kind.COUNT, false, "x-ratelimit-limit-requests"),
    REMAINING(Kind.COUNT, false, "x-ratelimit-remaining-requests"),
    LIMIT_TOKENS(Kind.COUNT, false, "x-ratelimit-limit-tokens; brings the three headers of tokens"),
    REMAINING_TOKENS(Kind.COUNT, false, "x-ratelimit-remaining-tokens"),
    RESET_TOKENS(Kind.TEXT, false, "x-ratelimit-reset-tokens, such as 6m0s"),
    TIER(Kind.TEXT, false, "the service tier that is served in the end, whatever was asked for"),
    CACHED(Kind.COUNT, false, "cached tokens in the usage, instead of what the prompt cache knows"),
    CACHEWRITE(Kind.COUNT, false, "cache write tokens in the usage"),
    POLLS(Kind.COUNT, false, "a background response is queued, then in progress, and done when asked for the n-th time"),
    METADATA(Kind.FLAG, false, "a response.metadata event before output"),
    KEEPALIVES(Kind.COUNT, false, "n keepalive events before output"),
    KEEPALIVE(Kind.DURATION, false, "a keepalive event whenever there was nothing to say for so long"),
    COOKIE(Kind.FLAG, false, "answer with set-cookie, alt-svc and strict-transport-security"),
    ORG(Kind.TEXT, false, "organisation of the account: only it can read its encrypted_content"),
    ID(Kind.TEXT, false, "makes a key or a counter its own; says nothing else"),
    TIMES(Kind.COUNT, false, "only the first n requests of this account fail, counted by account and id"),
    STATUS(Kind.COUNT, true, "answer this status with an OpenAI error; on WebSocket an error event"),
    ROUTE(Kind.TEXT, true, "what goes wrong does so on this route only: responses, compact, input_tokens, stored or models"),
    CODE(Kind.TEXT, true, "the error's code instead of the usual one; null for none"),
    TYPE(Kind.TEXT, true, "the error's type instead of the usual one; null for none"),
    MESSAGE(Kind.TEXT, true, "the error's message, with underscores for blanks"),
    BODY(Kind.TEXT, true, "with status: json, detail for {\"detail\": message}, html, text or empty"),
    RETRY(Kind.COUNT, true, "with status: Retry-After in seconds"),
    RETRYMS(Kind.COUNT, true, "with status: retry-after-ms"),
    RESET(Kind.TEXT, true, "with status: x-ratelimit-reset-requests, such as 1m30s, with nothing remaining"),
    RESETS_AT(Kind.TEXT, true, "resets_at in the error, so many seconds from now; or null"),
    RESETS_IN(Kind.TEXT, true, "resets_in_seconds in the error; or null"),
    OVERLOADED(Kind.FLAG, true, "inside a 200, before output: response.failed with server_is_overloaded"),
    RATELIMITED(Kind.FLAG, true, "inside a 200, before output: response.failed with rate_limit_exceeded"),
    FAIL(Kind.TEXT, true, "inside a 200: response.failed with this code"),
    FAILAT(Kind.COUNT, true, "the failure comes after n deltas instead of before output"),
    FAILFIRST(Kind.FLAG, true, "the failure is the first event, before response.created"),
    FAILAS(Kind.TEXT, true, "the failure is failed, error, both one after the other, or nested: an error event with an error object"),
    USAGE(Kind.TEXT, true, "the usage at the end is null or absent"),
    INCOMPLETE(Kind.FLAG, true, "end with response.incomplete, max_output_tokens"),
    HEADERS(Kind.DURATION, true, "wait before the status line"),
    SILENT(Kind.DURATION, true, "wait between headers and first event"),
    FIRST(Kind.DURATION, true, "wait before the first output event"),
    STALL(Kind.COUNT, true, "say nothing more after n events, until the peer leaves"),
    CUT(Kind.COUNT, true, "end the connection after n bytes of body"),
    RST(Kind.COUNT, true, "reset the connection after n bytes of body"),
    CUTAFTER(Kind.COUNT, true, "end the connection after n events or messages"),
    DROP(Kind.TEXT, true, "no answer: end the connection with fin or rst, or after half a status line; with hints, behind the 103"),
    NOREAD(Kind.COUNT, true, "read about n bytes of the body and no more; by key or standing only"),
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

    /** Names of groups of routes, as {@link #ROUTE} may name them. */
    static final List<String> ROUTES = List.of("responses", "compact", "input_tokens", "stored", "models", "other");

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
            case BODY -> require(value.matches("json|detail|html|text|empty"), value, "json, detail, html, text or empty");
            case FAILAS -> require(value.matches("failed|error|both|nested"), value, "failed, error, both or nested");
            case USAGE -> require(value.matches("null|absent"), value, "null or absent");
            case ROUTE -> require(ROUTES.contains(value), value, "one of " + ROUTES);
            case RESETS_AT, RESETS_IN -> require(value.matches("null|\\d{1,9}"), value, "seconds or null");
            case DROP -> require(value.matches("fin|rst|half"), value, "fin, rst or half");
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
