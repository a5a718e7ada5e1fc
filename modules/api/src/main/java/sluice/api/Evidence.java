package sluice.api;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What one request has shown about the accounts that it tried. A failure may be the account's fault or the request's: it is held
 * back until something tells. When another account serves the request, or none is tried any more, it was the account; when a
 * second account fails alike, it is the request, and nothing is held against any of them. One for each request, opened by who
 * tries accounts in turn and closed when the request is over. Thread-safe.
 */
public class Evidence implements AutoCloseable {
    /** For a request that is tried once: every failure counts at once. */
    public static final Evidence NONE = new Evidence() {
        @Override
        public void doubt(String account, AttemptOutcome.Kind kind, Runnable mark) {
            mark.run();
        }
    };

    private record Doubt(String account, AttemptOutcome.Kind kind, Runnable mark) { }

    private final List<Doubt> held = new ArrayList<>(2);
    private final Set<String> accounts = new HashSet<>(2);
    private final Set<AttemptOutcome.Kind> ofTheRequest = new HashSet<>(2);

    /** Nothing is known yet. */
    public Evidence() {
    }

    /**
     * An account has failed, and the request may be why.
     *
     * @param mark counts the failure against the account; it is called at most once, maybe on another thread, or never
     */
    public void doubt(String account, AttemptOutcome.Kind kind, Runnable mark) {
        AttemptOutcome.Kind alike = alike(kind);
        synchronized (held) {
            if (!accounts.add(account) || ofTheRequest.contains(alike)) {
                return;
            }
            if (held.removeIf(other -> other.kind == alike)) {
                ofTheRequest.add(alike);
            } else {
                held.add(new Doubt(account, alike, mark));
            }
        }
    }

    /** Whether a failure is held back. */
    public boolean anyHeld() {
        synchronized (held) {
            return !held.isEmpty();
        }
    }

    /** An account serves the request, or no other one will be tried: what is held back counts. */
    public void settle() {
        List<Doubt> settled;
        synchronized (held) {
            settled = List.copyOf(held);
            held.clear();
        }
        settled.forEach(doubt -> doubt.mark.run());
    }

    /** No other account is tried: what is held counts. */
    @Override
    public void close() {
        settle();
    }

    /** A crash shows as a reset here and as a 502 behind a proxy. */
    private static AttemptOutcome.Kind alike(AttemptOutcome.Kind kind) {
        return kind == AttemptOutcome.Kind.TRANSPORT ? AttemptOutcome.Kind.UPSTREAM : kind;
    }
}
