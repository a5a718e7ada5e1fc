package sluice.http1;

/**
 * Limits of a {@link StreamConnection}.
 *
 * @param headBytes most bytes of a request's head
 * @param headNanos longest time from the first byte of a head to its last
 * @param stallNanos longest time that the client may take nothing while something waits for it; 0: any
 */
public record StreamLimits(int headBytes, long headNanos, long stallNanos) { }
