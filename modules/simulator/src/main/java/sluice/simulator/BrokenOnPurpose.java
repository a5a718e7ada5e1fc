package sluice.simulator;

import java.io.IOException;

/** A fault asked for the end of the connection. */
final class BrokenOnPurpose extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean reset;
    private final int closeCode;

    BrokenOnPurpose(boolean reset) {
        this(reset, 0);
    }

    /** On a WebSocket: say {@code closeCode} first, if it is not 0. */
    BrokenOnPurpose(boolean reset, int closeCode) {
        super("broken on purpose");
        this.reset = reset;
        this.closeCode = closeCode;
    }

    boolean reset() {
        return reset;
    }

    int closeCode() {
        return closeCode;
    }
}
