package sluice.sse;

import java.util.Arrays;
import sluice.api.RelayOutcome.StreamError;
import sluice.api.TokenUsage;
import sluice.json.JsonText;

/** What {@link EventJson} has read of one event. Its size is bounded. Confined to one thread. */
final class EventValues {
    /** More of an id or a message is cut off: they are for logs, errors and look-ups. */
    private static final int MAX_TEXT_BYTES = 1024;
    private static final int MAX_TYPE_BYTES = 128;
    private static final int MAX_STATUS = 999;

    private final byte[] type = new byte[MAX_TYPE_BYTES];
    private int typeBytes;
    private boolean typeEnded;
    private byte[] text = new byte[128];
    private int textBytes;
    /** The text that is being read. */
    private EventMember member;

    private long sequence;
    private long status;
    private boolean usageSeen;
    private long input;
    private long cached;
    private long output;
    private long reasoning;
    private String responseId;
    private String conversationId;
    private String streamId;
    private String code;
    private String errorType;
    private String message;

    /** Nothing read. */
    EventValues() {
        reset();
    }

    /** Forgets everything. */
    void reset() {
        typeBytes = 0;
        typeEnded = false;
        member = EventMember.NONE;
        sequence = -1;
        status = 0;
        usageSeen = false;
        responseId = "";
        conversationId = "";
        streamId = "";
        code = "";
        errorType = "";
        message = "";
    }

    /** {@code UNKNOWN} as long as it was not read to its end. */
    EventType type() {
        return typeEnded ? EventType.of(type, 0, typeBytes) : EventType.UNKNOWN;
    }

    String typeText() {
        return JsonText.decode(type, 0, typeBytes);
    }

    /** -1 if there is none. */
    long sequence() {
        return sequence;
    }

    String responseId() {
        return responseId;
    }

    String conversationId() {
        return conversationId;
    }

    String streamId() {
        return streamId;
    }

    /** {@link TokenUsage#NONE} if the event carries none. */
    TokenUsage usage() {
        return usageSeen ? TokenUsage.told(input, cached, output, reasoning) : TokenUsage.NONE;
    }

    StreamError error() {
        return new StreamError((int) Math.min(status, MAX_STATUS), code, errorType, message);
    }

    // ---- as it is being read

    /** An object of usage begins; the last one of an event counts. */
    void beginUsage() {
        usageSeen = true;
        input = 0;
        cached = 0;
        output = 0;
        reasoning = 0;
    }

    void number(EventMember number, long value) {
        switch (number) {
            case SEQUENCE -> sequence = value;
            case STATUS -> status = value;
            case INPUT -> input = value;
            case CACHED -> cached = value;
            case OUTPUT -> output = value;
            case REASONING -> reasoning = value;
            default -> throw new IllegalStateException(number + " is not a number");
        }
    }

    /** A string begins; its bytes come by {@link #append}, escapes as they are written. */
    void beginText(EventMember begun) {
        member = begun;
        textBytes = 0;
        if (begun == EventMember.TYPE) {
            typeBytes = 0;
            typeEnded = false;
        }
    }

    void append(byte[] b, int from, int to) {
        if (member == EventMember.TYPE) {
            int length = Math.min(to - from, MAX_TYPE_BYTES - typeBytes);
            System.arraycopy(b, from, type, typeBytes, length);
            typeBytes += length;
            return;
        }
        int length = Math.min(to - from, MAX_TEXT_BYTES - textBytes);
        if (textBytes + length > text.length) {
            text = Arrays.copyOf(text, Math.min(MAX_TEXT_BYTES, Math.max(text.length * 2, textBytes + length)));
        }
        System.arraycopy(b, from, text, textBytes, length);
        textBytes += length;
    }

    void endText() {
        switch (member) {
            case TYPE -> typeEnded = true;
            case STREAM_ID -> streamId = JsonText.decode(text, 0, textBytes);
            case RESPONSE_ID -> responseId = JsonText.decode(text, 0, textBytes);
            case CONVERSATION_ID -> conversationId = JsonText.decode(text, 0, textBytes);
            case CODE -> code = JsonText.decode(text, 0, textBytes);
            case ERROR_TYPE -> errorType = JsonText.decode(text, 0, textBytes);
            case MESSAGE -> message = JsonText.decode(text, 0, textBytes);
            default -> throw new IllegalStateException(member + " is not a text");
        }
    }
}
