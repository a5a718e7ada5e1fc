package sluice.websocket;

import java.io.IOException;

/** A frame that must not be; carries the close code that answers it. */
final class ProtocolViolation extends IOException {
    private static final long serialVersionUID = 1L;

    private final int code;

    ProtocolViolation(int code, String message) {
        super(message);
        this.code = code;
    }

    int code() {
        return code;
    }
}
