package sluice.clients;

import sluice.config.Configuration;

/**
 * The last part of what all clients share, such as places for requests: it is kept for those who hold little of the whole, so that nobody
 * who takes all that there is keeps the others out. Immutable.
 *
 * @param percent of the whole that is kept; 0: nothing
 */
public record Reserve(int percent) {
    /** Nothing is kept: there is nobody to keep it for. */
    public static final Reserve NONE = new Reserve(0);
    /** So much is little however small the whole is: a stream and its connection. */
    private static final int LEAST = 2;
    /** Of what is kept, one client gets one share. */
    private static final int SHARES = 10;

    /** What a configuration says; a single client has all for itself. */
    public static Reserve of(Configuration configuration) {
        return configuration.clients().size() > 1 ? new Reserve(configuration.limits().reservePercent()) : NONE;
    }

    /** What is kept of a whole. */
    public long kept(long whole) {
        return whole / 100 * percent + whole % 100 * percent / 100;
    }

    /** Whether somebody who holds {@code own} of a whole holds little of it. */
    public boolean isLittle(long whole, long own) {
        return percent > 0 && own <= Math.max(LEAST, kept(whole) / SHARES);
    }

    /**
     * Whether somebody may have one more.
     *
     * @param whole what all may hold together
     * @param taken what all would hold then
     * @param own what who asks would hold
     * @param team what the team of who asks would hold; 0 without one. A team of many keys gets half of what is kept.
     */
    public boolean admits(long whole, long taken, long own, long team) {
        long kept = kept(whole);
        return taken <= whole - kept
                || taken <= whole && isLittle(whole, own) && (isLittle(whole, team) || taken <= whole - kept / 2);
    }
}
