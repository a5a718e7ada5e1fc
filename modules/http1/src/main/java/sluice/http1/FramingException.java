package sluice.http1;

import java.io.IOException;

/** A message whose framing is invalid or unsafe (RFC 9112 §2.2, §5, §6, §7). The connection cannot be used any further. */
public final class FramingException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;

    /** A fault to be answered, on the server's side, with {@code status}. */
    public FramingException(int status, String message) {
        super(message);
        this.status = status;
    }

    /** A fault to be answered with 400. */
    public FramingException(String message) {
        this(400, message);
    }

    /** The status for an answer: 400, 431, 501 or 505. */
    public int status() {
        return status;
    }
}
