package sluice.gauge;

/**
 * One request that was answered. Times count from when it was due, not from when it was sent: a side that falls behind cannot
 * hide it by taking fewer requests.
 *
 * @param firstByteNanos until the first byte of the answer's body
 * @param totalNanos until its last byte
 * @param events events in it; 0 for JSON
 */
record Sample(long firstByteNanos, long totalNanos, int events) { }
