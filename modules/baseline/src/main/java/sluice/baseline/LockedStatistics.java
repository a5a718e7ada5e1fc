package sluice.baseline;

import java.util.HashMap;
import java.util.Map;

/** Moving averages of all accounts behind one lock ("baseline-statistics"). Thread-safe. */
public final class LockedStatistics {
    private static final class Means {
        private double errors;
        private double ttftNanos;
        private boolean known;
        private long succeeded;
        private long failed;
    }

    private final double alpha;
    private final Map<String, Means> accounts = new HashMap<>();

    /** With {@code alpha} as the weight of the newest sample. */
    public LockedStatistics(double alpha) {
        this.alpha = alpha;
    }

    /** A success; {@code ttftNanos} 0 if there was no output to time. */
    public synchronized void succeeded(String account, long ttftNanos) {
        Means means = of(account);
        boolean first = means.succeeded + means.failed == 0;
        means.succeeded++;
        means.errors = first ? 0 : (1 - alpha) * means.errors;
        if (ttftNanos > 0) {
            means.ttftNanos = means.known ? (1 - alpha) * means.ttftNanos + alpha * ttftNanos : ttftNanos;
            means.known = true;
        }
    }

    /** A failure. */
    public synchronized void failed(String account) {
        Means means = of(account);
        boolean first = means.succeeded + means.failed == 0;
        means.failed++;
        means.errors = first ? 1 : (1 - alpha) * means.errors + alpha;
    }

    /** Share of failures. */
    public synchronized double errors(String account) {
        return of(account).errors;
    }

    /** 0 if unknown. */
    public synchronized double ttftNanos(String account) {
        return of(account).ttftNanos;
    }

    synchronized long succeeded(String account) {
        return of(account).succeeded;
    }

    synchronized long failures(String account) {
        return of(account).failed;
    }

    private Means of(String account) {
        return accounts.computeIfAbsent(account, name -> new Means());
    }
}
