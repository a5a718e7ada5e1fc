package sluice.body;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import sluice.api.ModelNames;
import sluice.api.RelayOutcome.StreamError;
import sluice.api.TokenUsage;
import sluice.json.JsonNames;
import sluice.json.JsonStrings;
import sluice.json.JsonText;

/**
 * Follows a JSON answer through a buffer that is filled piece by piece, reads what {@link AnswerPlace} names, and puts the
 * model's name back in the buffer itself. It knows where it is, and does not judge: what is not JSON is passed over.
 *
 * <p>Memory does not depend on the answer: below a place that nobody looks at only the depth is counted. Confined to one
 * thread, and used again for other answers.
 */
final class AnswerScan {
    /** What is read next. */
    private enum State { VALUE, NAME, NAME_TEXT, COLON, AFTER, TEXT, LITERAL, SKIP, SKIP_TEXT, OVER }

    /** Most bytes that are read before they are written: larger pieces would leave the processor's caches in between. */
    static final int READ_BYTES = 64 * 1024;
    /** Room for a longer name of the model, so that it can be put in place without a further write. */
    private static final int SPARE_BYTES = 1024;

    private static final byte[] NO_PATCH = {};
    /** Digits that surely fit into a long. */
    private static final int MAX_COUNT_DIGITS = 18;
    /** Most bytes of a text that is read; a longer one counts as absent. Ids and names of models are below 100. */
    private static final int MAX_TOKEN_BYTES = 1024;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGH = 0x8080_8080_8080_8080L;
    private static final long QUOTES = '"' * ONES;
    private static final long BACKSLASHES = '\\' * ONES;

    /** The bytes that are read, followed and written. */
    final byte[] buffer = new byte[READ_BYTES + SPARE_BYTES];

    private final byte[] token = new byte[MAX_TOKEN_BYTES];
    private final AnswerPlace[] open = new AnswerPlace[AnswerPlace.MAX_DEPTH];
    private ModelNames model = ModelNames.SAME;
    private State state = State.VALUE;
    private AnswerPlace place = AnswerPlace.ROOT;
    private int depth;
    private int tokenLength;
    private boolean escaped;
    /** Containers open around the reader below a place that nobody looks at. */
    private long skipped;
    /** Where a model's name begins that is not complete yet; -1 if there is none. */
    private int modelFrom = -1;

    private byte[] patch = NO_PATCH;
    private int patchFrom;
    private int patchTo;

    private String id = "";
    private String conversationId = "";
    private String errorCode = "";
    private String errorType = "";
    private String errorMessage = "";
    private boolean failed;
    private boolean settled;
    private boolean counted;
    private long input;
    private long cached;
    private long output;
    private long reasoning;

    /** Begins a new answer. */
    void begin(ModelNames names) {
        model = names;
        state = State.VALUE;
        place = AnswerPlace.ROOT;
        depth = 0;
        tokenLength = 0;
        escaped = false;
        skipped = 0;
        modelFrom = -1;
        patch = NO_PATCH;
        id = "";
        conversationId = "";
        errorCode = "";
        errorType = "";
        errorMessage = "";
        failed = false;
        settled = false;
        counted = false;
        input = 0;
        cached = 0;
        output = 0;
        reasoning = 0;
    }

    /**
     * Follows {@code buffer[from, to)}, and puts the model's name back where it is.
     *
     * @return the end of the bytes in the buffer now
     */
    int follow(int from, int to) {
        int i = from;
        int end = to;
        while (i < end && state != State.OVER && patch.length == 0) {
            switch (state) {
                case SKIP -> i = skip(i, end);
                case SKIP_TEXT -> i = skipText(i, end);
                case NAME_TEXT -> i = nameText(i, end);
                case TEXT -> {
                    int before = end;
                    i = text(i, end);
                    if (state == State.AFTER) {
                        end = textEnded(i, end);
                        i += end - before;
                    }
                }
                case LITERAL -> i = literal(i, end);
                default -> {
                    int c = buffer[i];
                    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
                        i++;
                    } else {
                        i = structure(i, c);
                    }
                }
            }
        }
        return end;
    }

    /** Restores no name any more, for nobody will see it. */
    void withoutModel() {
        model = ModelNames.SAME;
        modelFrom = -1;
        patch = NO_PATCH;
    }

    /** Up to where the buffer may be written: not beyond the start of a model's name that is not complete. */
    int writable(int end) {
        return modelFrom >= 0 ? modelFrom : end;
    }

    /** The bytes before {@code count} are written, and the others have moved to the start of the buffer. */
    void moved(int count) {
        if (modelFrom >= 0) {
            modelFrom -= count;
        }
    }

    private int structure(int i, int c) {
        switch (state) {
            case VALUE -> {
                return value(i, c);
            }
            case NAME -> {
                if (c == '"') {
                    tokenLength = 0;
                    state = State.NAME_TEXT;
                } else if (c == '}') {
                    close();
                } else {
                    state = State.OVER;
                }
            }
            case COLON -> state = c == ':' ? State.VALUE : State.OVER;
            default -> {
                if (c == ',') {
                    state = State.NAME;
                } else if (c == '}') {
                    close();
                } else {
                    state = State.OVER;
                }
            }
        }
        return i + 1;
    }

    private void close() {
        depth--;
        settled |= open[depth] == AnswerPlace.ERROR;
        state = depth == 0 ? State.OVER : State.AFTER;
    }

    private int value(int i, int c) {
        if (depth == 0 && c != '{') {
            state = State.OVER;
        } else if (c == '{' && place.hasMembers()) {
            open[depth++] = place;
            failed |= place == AnswerPlace.ERROR;
            state = State.NAME;
        } else if (c == '{' || c == '[') {
            skipped = 1;
            state = State.SKIP;
        } else if (c == '"') {
            tokenLength = 0;
            modelFrom = place == AnswerPlace.MODEL && model.mapped() ? i : -1;
            state = State.TEXT;
        } else {
            tokenLength = 0;
            state = State.LITERAL;
            return i;
        }
        return i + 1;
    }

    private int nameText(int start, int end) {
        int i = text(start, end);
        if (state == State.AFTER) {
            place = tokenLength <= MAX_TOKEN_BYTES ? open[depth - 1].member(token, tokenLength) : AnswerPlace.ELSEWHERE;
            state = State.COLON;
        }
        return i;
    }

    /** Reads a string up to its closing quotation mark, after which the state is {@link State#AFTER}. */
    private int text(int start, int end) {
        boolean wanted = state == State.NAME_TEXT || place != AnswerPlace.ELSEWHERE && !place.hasMembers();
        int i = start;
        while (i < end) {
            int stop = escaped ? i : plainTo(i, end);
            if (wanted) {
                keep(i, stop);
            }
            if (stop == end) {
                return end;
            }
            int c = buffer[stop];
            if (!escaped && c == '"') {
                state = State.AFTER;
                return stop + 1;
            }
            if (wanted) {
                keep(stop, stop + 1);
            }
            escaped = !escaped && c == '\\';
            i = stop + 1;
        }
        return i;
    }

    private void keep(int from, int to) {
        int length = to - from;
        if (tokenLength + length <= MAX_TOKEN_BYTES) {
            System.arraycopy(buffer, from, token, tokenLength, length);
            tokenLength += length;
        } else {
            tokenLength = MAX_TOKEN_BYTES + 1;
            modelFrom = -1;
        }
    }

    /** Takes a string value that ends at {@code after}; returns the end of the bytes in the buffer now. */
    private int textEnded(int after, int end) {
        int newEnd = end;
        if (place != AnswerPlace.ELSEWHERE && !place.hasMembers() && tokenLength <= MAX_TOKEN_BYTES) {
            switch (place) {
                case ID -> id = decoded();
                case STATUS -> settled |= !decoded().equals("failed");
                case CONVERSATION_ID -> conversationId = decoded();
                case ERROR_CODE -> errorCode = decoded();
                case ERROR_TYPE -> errorType = decoded();
                case ERROR_MESSAGE -> errorMessage = decoded();
                case MODEL -> newEnd = modelFrom >= 0 && model.isUpstream(decoded()) ? restore(after, end) : end;
                default -> { }
            }
        }
        modelFrom = -1;
        return newEnd;
    }

    private String decoded() {
        return JsonText.decode(token, 0, tokenLength);
    }

    private int restore(int after, int end) {
        byte[] name = JsonNames.bytes(JsonStrings.quote(model.client()));
        int newEnd = end + name.length - (after - modelFrom);
        if (newEnd > buffer.length) {
            patch = name;
            patchFrom = modelFrom;
            patchTo = after;
            return end;
        }
        System.arraycopy(buffer, after, buffer, modelFrom + name.length, end - after);
        System.arraycopy(name, 0, buffer, modelFrom, name.length);
        return newEnd;
    }

    private int literal(int start, int end) {
        int i = start;
        while (i < end && buffer[i] != ',' && buffer[i] != '}' && buffer[i] > ' ') {
            i++;
        }
        if (place != AnswerPlace.ELSEWHERE) {
            keep(start, i);
        }
        if (i < end) {
            literalEnded();
            state = State.AFTER;
        }
        return i;
    }

    private void literalEnded() {
        switch (place) {
            case INPUT_TOKENS -> input = count();
            case CACHED_TOKENS -> cached = count();
            case OUTPUT_TOKENS -> output = count();
            case REASONING_TOKENS -> reasoning = count();
            case ERROR -> settled = true;
            default -> { }
        }
    }

    /** The token as a count of tokens; 0 if it is none. */
    private long count() {
        if (tokenLength == 0 || tokenLength > MAX_COUNT_DIGITS) {
            return 0;
        }
        long count = 0;
        for (int i = 0; i < tokenLength; i++) {
            int digit = token[i] - '0';
            if (digit < 0 || digit > 9) {
                return 0;
            }
            count = count * 10 + digit;
        }
        counted = true;
        return count;
    }

    /** Passes over containers that nobody looks at: only strings and the depth matter there. */
    private int skip(int start, int end) {
        byte[] bytes = buffer;
        for (int i = start; i < end; i++) {
            switch (bytes[i]) {
                case '"' -> {
                    i = skipText(i + 1, end);
                    if (state == State.SKIP_TEXT) {
                        return i;
                    }
                    i--;
                }
                case '{', '[' -> skipped++;
                case '}', ']' -> {
                    if (--skipped == 0) {
                        state = State.AFTER;
                        return i + 1;
                    }
                }
                default -> { }
            }
        }
        return end;
    }

    private int skipText(int start, int end) {
        int i = start;
        while (i < end) {
            if (!escaped) {
                i = plainTo(i, end);
                if (i == end) {
                    break;
                }
            }
            int c = buffer[i++];
            if (!escaped && c == '"') {
                state = State.SKIP;
                return i;
            }
            escaped = !escaped && c == '\\';
        }
        state = State.SKIP_TEXT;
        return i;
    }

    /** The place of the next quotation mark or backslash; {@code end} if there is none. */
    private int plainTo(int start, int end) {
        byte[] bytes = buffer;
        int i = start;
        for (; i <= end - 8; i += 8) {
            long word = (long) LONGS.get(bytes, i);
            long quote = word ^ QUOTES;
            long backslash = word ^ BACKSLASHES;
            long stops = (quote - ONES & ~quote | backslash - ONES & ~backslash) & HIGH;
            if (stops != 0) {
                return i + (Long.numberOfTrailingZeros(stops) >>> 3);
            }
        }
        while (i < end && bytes[i] != '"' && bytes[i] != '\\') {
            i++;
        }
        return i;
    }

    /** A name for which the buffer has no room, to be written between what is around it; empty if there is none. */
    byte[] patch() {
        return patch;
    }

    /** The first byte that {@link #patch} replaces. */
    int patchFrom() {
        return patchFrom;
    }

    /** The end of the bytes that {@link #patch} replaces. */
    int patchTo() {
        return patchTo;
    }

    /** The patch is written. */
    void patched() {
        patch = NO_PATCH;
    }

    /** What was counted; {@link TokenUsage#NONE} if nothing was. */
    TokenUsage usage() {
        return counted ? TokenUsage.told(input, cached, output, reasoning) : TokenUsage.NONE;
    }

    /** Whether it is known by now if the answer is a failure; what is no JSON object is none. */
    boolean settled() {
        return settled || state == State.OVER;
    }

    /** The error; {@link StreamError#NONE} if there was none. */
    StreamError error() {
        return failed ? new StreamError(0, errorCode, errorType, errorMessage) : StreamError.NONE;
    }

    String id() {
        return id;
    }

    String conversationId() {
        return conversationId;
    }
}
