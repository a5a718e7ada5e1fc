package sluice.server;

import sluice.ops.StageTimes;
import sluice.wire.ByteBuilder;

/**
 * Where a request's time went, in the form of the header {@code Server-Timing} (W3C): milliseconds with three digits, and a total
 * that is the sum of what is shown. Stateless.
 */
final class ServerTiming {
    private ServerTiming() {
    }

    /** Appends the header's value. */
    static void append(StageTimes times, ByteBuilder out) {
        long total = part(out, "auth", times.authNanos()) + part(out, ", body", times.bodyNanos())
                + part(out, ", scan", times.scanNanos()) + part(out, ", queue", times.queueNanos())
                + part(out, ", schedule", times.scheduleNanos()) + part(out, ", retry", times.retryNanos())
                + part(out, ", connect", times.connectNanos()) + part(out, ", upstream", times.upstreamNanos())
                + part(out, ", relay", times.relayNanos());
        part(out, ", total", total * 1000);
    }

    /** Appends one part, and returns its microseconds. */
    private static long part(ByteBuilder out, String name, long nanos) {
        long micros = (nanos + 500) / 1000;
        long rest = micros % 1000;
        out.ascii(name).ascii(";dur=").decimal(micros / 1000).ascii(rest < 10 ? ".00" : rest < 100 ? ".0" : ".").decimal(rest);
        return micros;
    }
}
