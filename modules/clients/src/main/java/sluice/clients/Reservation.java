package sluice.clients;

/**
 * What was taken from the limits of a request's parties before it was served.
 *
 * @param claim what it is expected to use
 * @param nanoDollars money
 * @param atNanos when, by the monotonic clock
 */
record Reservation(Claim claim, long nanoDollars, long atNanos) { }
