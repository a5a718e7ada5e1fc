package sluice.gauge;

import java.time.Duration;
import sluice.json.JsonStrings;

/**
 * What is sent to both sides: so many requests a second, whether earlier ones have ended or not.
 *
 * @param ratePerSecond requests begun in a second
 * @param duration how long requests are begun
 * @param bodyBytes size of each request's body, at least; not below what its JSON needs
 * @param deltas text deltas of each stream; 0 asks for a JSON answer
 * @param interval time between deltas
 * @param model the model asked for
 * @param shaped whether the request tells a simulated upstream its deltas and interval
 */
record Load(double ratePerSecond, Duration duration, int bodyBytes, int deltas, Duration interval, String model, boolean shaped) {
    /** More at once would measure the machine's sockets. */
    static final int MAX_REQUESTS = 1_000_000;

    Load {
        if (!(ratePerSecond > 0)) {
            throw new IllegalArgumentException("--rate: above 0, not " + ratePerSecond);
        }
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException("--duration: above 0, not " + duration);
        }
        if (deltas < 0 || bodyBytes < 0) {
            throw new IllegalArgumentException("--deltas and --body: not negative");
        }
        if (ratePerSecond * duration.toNanos() / 1e9 > MAX_REQUESTS) {
            throw new IllegalArgumentException("--rate times --duration: at most " + MAX_REQUESTS + " requests");
        }
    }

    /** The same for another time. */
    Load lasting(Duration other) {
        return new Load(ratePerSecond, other, bodyBytes, deltas, interval, model, shaped);
    }

    /** Requests begun in all, at least one. */
    int requests() {
        return (int) Math.max(1, Math.round(ratePerSecond * duration.toNanos() / 1e9));
    }

    /** When request {@code number} is due after the start. */
    long dueNanos(int number) {
        return (long) (number * 1e9 / ratePerSecond);
    }

    boolean stream() {
        return deltas > 0;
    }

    /** The body of each request: a long text first, then the question. */
    String body() {
        String head = "{\"model\":" + JsonStrings.quote(model) + ",\"stream\":" + stream() + ",\"store\":false,\"input\":["
                + "{\"role\":\"developer\",\"content\":\"";
        String tail = "\"},{\"role\":\"user\",\"content\":\"Count." + (shaped ? " [[sim:" + shape() + "]]" : "") + "\"}]}";
        String filler = "The quick brown fox says \\\"hello\\\" to the lazy dog.\\n";
        StringBuilder body = new StringBuilder(head);
        while (body.length() + tail.length() < bodyBytes) {
            body.append(filler);
        }
        return body.append(tail).toString();
    }

    private String shape() {
        return stream() ? "deltas=" + deltas + ";interval=" + interval.toNanos() / 1000 + "us" : "deltas=8;interval=0us";
    }

    /** In one line, for people. */
    String words() {
        return String.format(java.util.Locale.ROOT, "%s requests/s for %s, bodies of %,d bytes, %s", plain(ratePerSecond),
                seconds(duration), body().length(), stream()
                        ? "streams of " + deltas + " deltas, one every " + interval.toNanos() / 1e6 + " ms" : "JSON answers");
    }

    static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    static String seconds(Duration duration) {
        return plain(duration.toMillis() / 1000.0) + " s";
    }
}
