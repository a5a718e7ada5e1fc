package sluice.body;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A few scans with their buffers, kept for the next answers. Virtual threads come and go with requests, so a buffer for each
 * of them would be made each time. Thread-safe and without locks.
 */
final class AnswerScans {
    /** Most scans that are kept: 4 MiB of buffers. An answer is relayed in microseconds, so few are at work at a time. */
    private static final int MAX_KEPT = 64;

    private final AtomicReferenceArray<AnswerScan> seats = new AtomicReferenceArray<>(MAX_KEPT);

    /** A scan that nobody else uses. */
    AnswerScan take() {
        for (int seat = 0; seat < MAX_KEPT; seat++) {
            if (seats.getOpaque(seat) != null) {
                AnswerScan scan = seats.getAndSet(seat, null);
                if (scan != null) {
                    return scan;
                }
            }
        }
        return new AnswerScan();
    }

    /** Gives a scan back; it is dropped if all seats are taken. */
    void give(AnswerScan scan) {
        for (int seat = 0; seat < MAX_KEPT; seat++) {
            if (seats.getOpaque(seat) == null && seats.compareAndSet(seat, null, scan)) {
                return;
            }
        }
    }
}
