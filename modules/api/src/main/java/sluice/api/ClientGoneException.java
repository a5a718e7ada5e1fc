package sluice.api;

import java.io.IOException;

/** The client left, or stopped reading for too long. */
public final class ClientGoneException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean stalled;

    /** A client that left, or one that {@code stalled}. */
    public ClientGoneException(boolean stalled, String detail) {
        super(detail);
        this.stalled = stalled;
    }

    /** Whether the client is there but does not read. */
    public boolean stalled() {
        return stalled;
    }
}
