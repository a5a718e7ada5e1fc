package sluice.api;

import java.io.IOException;

/** An answer that does not end as its framing announced. */
public final class SourceException extends IOException {
    private static final long serialVersionUID = 1L;

    /** How it ended. */
    public enum Cause {
        /** The connection was closed or reset before the announced end. */
        CUT,
        /** No byte came for too long. */
        IDLE,
        /** Unsafe or invalid framing. */
        FRAMING,
        /** {@link Cancellation#cancel()} or {@link ByteSource#abort()} was called. */
        CANCELLED
    }

    private final Cause cause;

    /** An end with a detail for the log. */
    public SourceException(Cause cause, String detail) {
        super(detail);
        this.cause = cause;
    }

    /** How it ended. */
    public Cause how() {
        return cause;
    }
}
