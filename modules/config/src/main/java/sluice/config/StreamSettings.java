package sluice.config;

import java.time.Duration;
import sluice.api.Account;

/**
 * How answers are relayed: the keys below {@code stream:}. Zero durations mean "off" where that is said.
 *
 * @param bufferBytes largest size of the relay buffer
 * @param early when the head of an answer is sent before the upstream's
 * @param timeouts limits of a call, for accounts that do not say otherwise
 * @param onDisconnect what becomes of the upstream call when the client leaves
 * @param drainTime with {@code DRAIN}: how long the upstream is read on
 * @param drainBytes with {@code DRAIN}: how much is read on
 * @param stall longest time that one write to a client may take
 * @param watchAfter age at which a request's client is watched for leaving
 * @param afterTerminal how long the upstream is read on after a terminal event
 * @param serverTiming whether streams of clients with diagnostics end in a comment with times
 */
public record StreamSettings(int bufferBytes, Early early, Account.Timeouts timeouts, OnDisconnect onDisconnect,
        Duration drainTime, long drainBytes, Duration stall, Duration watchAfter, Duration afterTerminal,
        boolean serverTiming) {
    /**
     * Silence after which a client is sent the head of its answer although the upstream has sent none; zero: off.
     *
     * @param stream of a stream, with a comment
     * @param json of a JSON answer, with white space
     */
    public record Early(Duration stream, Duration json) { }

    /** What becomes of the upstream call when the client leaves. */
    public enum OnDisconnect {
        /** It is closed, to stop the spending. */
        CANCEL,
        /** It is read on for its usage. */
        DRAIN
    }
}
