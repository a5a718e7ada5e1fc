package sluice.records;

/**
 * Where a request's time went, in the form of the header {@code Server-Timing} (W3C): milliseconds with three digits, and a total
 * that is the sum of what is shown. Stateless.
 */
public final class ServerTiming {
    private ServerTiming() {
    }

    /** The header's value, in ASCII. */
    public static String of(StageTimes times) {
        StringBuilder out = new StringBuilder(180);
        long total = part(out, "auth", times.authNanos()) + part(out, ", body", times.bodyNanos())
                + part(out, ", scan", times.scanNanos()) + part(out, ", queue", times.queueNanos())
                + part(out, ", schedule", times.scheduleNanos()) + part(out, ", retry", times.retryNanos())
                + part(out, ", connect", times.connectNanos()) + part(out, ", upstream", times.upstreamNanos())
                + part(out, ", relay", times.relayNanos());
        part(out, ", total", total * 1000);
        return out.toString();
    }

    /** Appends one part, and returns its microseconds. */
    private static long part(StringBuilder out, String name, long nanos) {
        long micros = (nanos + 500) / 1000;
        long rest = micros % 1000;
        out.append(name).append(";dur=").append(micros / 1000).append(rest < 10 ? ".00" : rest < 100 ? ".0" : ".").append(rest);
        return micros;
    }
}
