package sluice.records;

import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Tells an observer that keeps something of each request only so many of those that cost nothing: no account was asked for them, and
 * nothing was used. Anybody can send thousands of these a second, without a key too, and each would leave in files ten times
 * what it took to send it. Each client has an allowance of its own, and so have all who are nobody's, together. The log says how
 * many were left out. Thread-safe.
 */
public final class SparingObserver implements RequestObserver {
    private static final System.Logger LOG = System.getLogger("sluice.records");
    private static final long BETWEEN_LOGS_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final RequestObserver observer;
    private final String what;
    private final int most;
    private final int perSecond;
    /** As many as there are clients, and one. */
    private final Map<String, Allowance> allowances = new ConcurrentHashMap<>();

    /**
     * Tells {@code observer}.
     *
     * @param what it keeps, for the log
     * @param most how many come at once
     * @param perSecond how many more come each second
     */
    public SparingObserver(RequestObserver observer, String what, int most, int perSecond) {
        this.observer = observer;
        this.what = what;
        this.most = most;
        this.perSecond = perSecond;
    }

    @Override
    public void ended(RequestRecord record) {
        if (record.attempts > 0 || record.usage.total() > 0
                || allowances.computeIfAbsent(record.client, Allowance::new).take(record.endedNanos)) {
            observer.ended(record);
        }
    }

    /** What one client may still leave. */
    private final class Allowance {
        private final String client;
        private int left = most;
        private boolean begun;
        private long refilledNanos;
        private long leftOut;
        private long loggedNanos;

        private Allowance(String client) {
            this.client = client;
        }

        private boolean take(long nowNanos) {
            boolean taken = spend(nowNanos);
            long untold = taken ? 0 : leftOutToTell(nowNanos);
            if (untold > 0) {
                LOG.log(Level.WARNING, (client.isEmpty() ? "requests of no client" : "client " + client + ": requests")
                        + " that no account was asked for come too fast for " + what + ": " + untold + " left out so far");
            }
            return taken;
        }

        private synchronized boolean spend(long nowNanos) {
            if (!begun) {
                begun = true;
                refilledNanos = nowNanos;
                loggedNanos = nowNanos - BETWEEN_LOGS_NANOS;
            }
            long more = Math.max(0, nowNanos - refilledNanos) / (SECOND_NANOS / perSecond);
            refilledNanos += more * (SECOND_NANOS / perSecond);
            left = (int) Math.min(most, left + more);
            boolean taken = left > 0;
            left -= taken ? 1 : 0;
            leftOut += taken ? 0 : 1;
            return taken;
        }

        /** How many were left out since that was told last; 0 while it is too soon to tell again. */
        private synchronized long leftOutToTell(long nowNanos) {
            if (nowNanos - loggedNanos < BETWEEN_LOGS_NANOS) {
                return 0;
            }
            long untold = leftOut;
            loggedNanos = nowNanos;
            leftOut = 0;
            return untold;
        }
    }
}
