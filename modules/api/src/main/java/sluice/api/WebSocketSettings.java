package sluice.api;

import java.time.Duration;

/**
 * How WebSocket connections to accounts are pooled.
 *
 * @param seatsPerSlot seats of an account for each of its {@link Account.Rank#concurrency} slots; clients keep idle connections
 * @param maxSeats most seats of an account
 * @param minIdle idle connections of an account that are kept whatever its load; 0 or more
 * @param maxIdle most idle connections of an account that no client keeps
 * @param targetUtilisation busy share of its open connections that an account is kept at: more are closed once idle; above 0
 * @param maxWaiters most requests that wait for a seat of an account
 * @param seatWait longest wait for a seat
 * @param idleKeep how long an idle connection is kept that the target does not ask for
 * @param retireAfter age at which a connection is closed between two turns; the upstream ends it at 60 minutes
 * @param pingAfter idle time after which a connection is pinged before it is used
 * @param pongWait longest wait for the answer to that ping
 * @param maxMessageBytes largest message
 */
public record WebSocketSettings(double seatsPerSlot, int maxSeats, int minIdle, int maxIdle, double targetUtilisation,
        int maxWaiters, Duration seatWait, Duration idleKeep, Duration retireAfter, Duration pingAfter, Duration pongWait,
        int maxMessageBytes) {
    /** The usual numbers. */
    public static final WebSocketSettings DEFAULT = new WebSocketSettings(2.0, 128, 0, 12, 0.7, 100, Duration.ofSeconds(10),
            Duration.ofMinutes(5), Duration.ofMinutes(55), Duration.ofSeconds(90), Duration.ofSeconds(2), 64 * 1024 * 1024);

    /** Checks ranges. */
    public WebSocketSettings {
        check(seatsPerSlot > 0, "seatsPerSlot", "must be more than 0", seatsPerSlot);
        check(maxSeats >= 1, "maxSeats", "must be 1 or more", maxSeats);
        check(minIdle >= 0 && minIdle <= maxIdle, "minIdle", "must be 0..maxIdle", minIdle);
        check(targetUtilisation > 0 && targetUtilisation <= 1, "targetUtilisation", "must be above 0, to 1", targetUtilisation);
        check(maxWaiters >= 0, "maxWaiters", "must be 0 or more", maxWaiters);
    }

    /** Seats of an account with so many slots. */
    public int seats(int concurrency) {
        return Math.clamp((long) Math.ceil(concurrency * seatsPerSlot), 1, maxSeats);
    }

    private static void check(boolean right, String key, String rule, Object value) {
        if (!right) {
            throw new IllegalArgumentException(key + ": " + rule + ", not " + value);
        }
    }
}
