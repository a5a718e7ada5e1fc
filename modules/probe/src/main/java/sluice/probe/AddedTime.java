package sluice.probe;

/**
 * What the gateway adds to a small request, as its clients see it: the time of probes through the gateway, less that of probes
 * straight to the same upstream. The difference is taken between quantiles of the two, as a load generator would that ran once
 * without and once with the gateway. Immutable.
 *
 * @param state whether there is something to tell
 * @param samples probes of the last minutes through the gateway
 * @param p50 median; not a number until it is known
 * @param p99 99th percentile
 * @param directP50Nanos median of the probes straight to the upstream
 * @param throughP50Nanos median of the probes through the gateway
 */
public record AddedTime(State state, int samples, Difference p50, Difference p99, double directP50Nanos, double throughP50Nanos) {
    /** Whether there is something to tell. */
    public enum State {
        /** {@code server.admin.probe} is false. */
        OFF,
        /** There are too few probes yet. */
        MEASURING,
        /** There are enough for the median. */
        MEASURED
    }

    /**
     * A difference between two quantiles, with its confidence interval of 95 %.
     *
     * @param nanos the difference; not a number: unknown
     * @param lowNanos lower end
     * @param highNanos upper end; not a number: there are too few probes to bound it
     */
    public record Difference(double nanos, double lowNanos, double highNanos) {
        /** Nothing is known. */
        public static final Difference UNKNOWN = new Difference(Double.NaN, Double.NaN, Double.NaN);
    }

    /** Nothing is measured, by configuration. */
    public static final AddedTime OFF = nothing(State.OFF, 0);

    /** Too few probes so far. */
    static AddedTime measuring(int samples) {
        return nothing(State.MEASURING, samples);
    }

    private static AddedTime nothing(State state, int samples) {
        return new AddedTime(state, samples, Difference.UNKNOWN, Difference.UNKNOWN, Double.NaN, Double.NaN);
    }
}
