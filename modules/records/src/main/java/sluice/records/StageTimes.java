package sluice.records;

import java.util.List;
import java.util.Map;

/**
 * Where a request's time went: stages that follow one another and add up to the whole. Each is 0 if it was not reached.
 *
 * @param authNanos from the first byte of the request until the client was known
 * @param bodyNanos until the body was read; the client's own time for sending it is in here. Of a turn: until earlier turns of its
 *     stream had ended
 * @param scanNanos until the body was scanned and checked
 * @param queueNanos choosing accounts, and waiting for their slots, over all attempts
 * @param scheduleNanos what remains until the last attempt was sent: admission, edits
 * @param retryNanos attempts that failed before the last one
 * @param connectNanos opening a connection for the last attempt; 0 if a pooled one was used
 * @param upstreamNanos from then until the upstream's headers
 * @param relayNanos until the last byte of the answer
 */
public record StageTimes(long authNanos, long bodyNanos, long scanNanos, long queueNanos, long scheduleNanos, long retryNanos,
        long connectNanos, long upstreamNanos, long relayNanos) {
    /** The stages together: the whole time of the request. */
    public long totalNanos() {
        return authNanos + bodyNanos + scanNanos + queueNanos + scheduleNanos + retryNanos + connectNanos + upstreamNanos
                + relayNanos;
    }

    /** The stages in their order, each with its name and its nanoseconds. */
    public List<Map.Entry<String, Long>> byName() {
        return List.of(Map.entry("auth", authNanos), Map.entry("body", bodyNanos), Map.entry("scan", scanNanos),
                Map.entry("queue", queueNanos), Map.entry("schedule", scheduleNanos), Map.entry("retry", retryNanos),
                Map.entry("connect", connectNanos), Map.entry("upstream", upstreamNanos), Map.entry("relay", relayNanos));
    }

    /** What the gateway itself adds before the upstream is called: no waiting for bodies, slots or upstreams. */
    public long addedNanos() {
        return authNanos + scanNanos + scheduleNanos;
    }

    /** The stages of one request from readings of the clock; a reading of 0 means that the step was not reached. */
    public static StageTimes between(Readings readings) {
        long at = readings.started();
        long auth = 0;
        long body = 0;
        long scan = 0;
        long queue = 0;
        long schedule = 0;
        long retry = 0;
        long connect = 0;
        long upstream = 0;
        if (readings.authenticated() != 0) {
            auth = readings.authenticated() - at;
            at = readings.authenticated();
        }
        if (readings.bodyRead() != 0) {
            body = readings.bodyRead() - at;
            at = readings.bodyRead();
        }
        if (readings.scanned() != 0) {
            scan = readings.scanned() - at;
            at = readings.scanned();
        }
        if (readings.sent() == 0) {
            // No account has it in hand: it waited for one, or the last one that did has failed.
            long rest = readings.ended() - at;
            queue = Math.min(rest, readings.queued());
            retry = Math.min(rest - queue, readings.retried());
            at += queue + retry;
        } else {
            long rest = readings.sent() - at;
            at = readings.sent();
            queue = Math.min(rest, readings.queued());
            retry = Math.min(rest - queue, readings.retried());
            schedule = rest - queue - retry;
        }
        if (readings.headers() >= at && readings.headers() != 0) {
            connect = Math.min(readings.connect(), readings.headers() - at);
            upstream = readings.headers() - at - connect;
            at = readings.headers();
        } else if (readings.sent() != 0) {
            // It was sent, and there was no answer.
            upstream = readings.ended() - at;
            at = readings.ended();
        }
        return new StageTimes(auth, body, scan, queue, schedule, retry, connect, upstream, readings.ended() - at);
    }

    /**
     * Readings of the monotonic clock, in nanoseconds; 0: not reached.
     *
     * @param started first byte of the request
     * @param authenticated the client was known
     * @param bodyRead the body was read
     * @param scanned the body was scanned
     * @param sent the last attempt was sent
     * @param headers its answer's headers came
     * @param ended last byte of the answer
     * @param queued how long accounts were chosen and waited for
     * @param retried how long failed attempts took
     * @param connect how long opening the last connection took
     */
    public record Readings(long started, long authenticated, long bodyRead, long scanned, long sent, long headers, long ended,
            long queued, long retried, long connect) { }
}
