package sluice.edge;

import java.time.Duration;
import sluice.config.Configuration;
import sluice.forward.BodyPace;
import sluice.http1.FramingException;
import sluice.http1.RequestHead;

/**
 * Limits of a client's connection.
 *
 * @param headBytes most bytes of a request's head
 * @param idle longest wait for the next request
 * @param head longest time from the first byte of a head to its last
 * @param bodyIdle longest silence within a body
 * @param bodyRate fewest bytes a second of a body, in each {@code bodyIdle}; 0: any
 * @param stall longest time that one write to the client may take
 * @param watchAfter age at which a request's client is watched
 */
record ConnectionLimits(int headBytes, Duration idle, Duration head, Duration bodyIdle, int bodyRate, Duration stall,
        Duration watchAfter) {
    /** Some fewer than a head may have anywhere: what the gateway and the account's configuration add must fit, too. */
    static final int MOST_LINES = 200;

    /** Those of {@code configuration}. */
    static ConnectionLimits of(Configuration configuration) {
        return new ConnectionLimits(configuration.limits().headerBytes(), configuration.server().idle(),
                configuration.server().headTimeout(), configuration.server().bodyTimeout(), configuration.server().bodyRateBytes(),
                configuration.stream().stall(), configuration.stream().watchAfter());
    }

    /** Refuses a head that an account could not be sent: it gets more lines on its way. */
    void check(RequestHead head) throws FramingException {
        if (head.headers().size() > MOST_LINES) {
            throw new FramingException(431, "more than " + MOST_LINES + " header lines");
        }
    }

    /** The same where places are rare: a second at a time. */
    BodyPace crowdedPace(long nowNanos) {
        return new BodyPace(nowNanos, Math.min(OpenConnections.CROWDED_WAIT.toNanos(), bodyIdle.toNanos()), bodyRate);
    }

    /** Of a body that begins. */
    BodyPace pace(long nowNanos) {
        return new BodyPace(nowNanos, bodyIdle.toNanos(), bodyRate);
    }
}
