package sluice.simulator;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.api.TokenUsage;

/**
 * What the simulated upstream has billed, once for each response, as an operator would see it on the invoice: whole answers,
 * background work whether or not anybody asked for it, and what was used of answers that their peer left. The oldest line is
 * forgotten at a limit. Thread-safe.
 */
public final class Bill {
    /** Enough for any test; a long run keeps the latest. */
    private static final int MAX_LINES = 20_000;

    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /**
     * One response.
     *
     * @param responseId its id
     * @param accountKey the API key that pays
     * @param model as it was asked for
     * @param serviceTier the tier that it was served in
     * @param tokens what was used
     * @param whole whether it came to its end; otherwise its peer has left
     */
    public record Line(String responseId, String accountKey, String model, String serviceTier, TokenUsage tokens,
            boolean whole) {
        private static Line of(String accountKey, Charge charge, boolean whole) {
            return new Line(charge.responseId(), accountKey, charge.model(), charge.serviceTier(), charge.usage(), whole);
        }
    }

    /** Something that may become a line. */
    private sealed interface Entry {
        /** Its line, unless nothing is due so far. */
        Optional<Line> line();

        record Written(Line told) implements Entry {
            @Override
            public Optional<Line> line() {
                return Optional.of(told);
            }
        }

        record Background(String accountKey, SimulatedResponse response) implements Entry {
            @Override
            public Optional<Line> line() {
                return response.charge().isNone() || !response.isDone() ? Optional.empty()
                        : Optional.of(Line.of(accountKey, response.charge(), true));
            }
        }
    }

    Bill() {
    }

    /** All lines, in the order in which their responses ended or were accepted. */
    public synchronized List<Line> lines() {
        return entries.values().stream().map(Entry::line).flatMap(Optional::stream).toList();
    }

    /** The line of one response; none if nothing was billed for it. */
    public synchronized Optional<Line> of(String responseId) {
        return Optional.ofNullable(entries.get(responseId)).flatMap(Entry::line);
    }

    /** What one account has to pay for. */
    public List<Line> ofAccount(String accountKey) {
        return lines().stream().filter(line -> line.accountKey().equals(accountKey)).toList();
    }

    /** All of the answer is made, and goes out. */
    void whole(String accountKey, Charge charge) {
        write(charge, new Entry.Written(Line.of(accountKey, charge, true)));
    }

    /** The peer has left when so many deltas were told. */
    void left(String accountKey, Charge charge, int deltas) {
        write(charge, new Entry.Written(Line.of(accountKey, charge.upTo(deltas), false)));
    }

    /** It was accepted, and is due when it is done. */
    void background(String accountKey, SimulatedResponse response) {
        write(response.charge(), new Entry.Background(accountKey, response));
    }

    private synchronized void write(Charge charge, Entry entry) {
        if (charge.isNone() || entries.putIfAbsent(charge.responseId(), entry) != null) {
            return;
        }
        if (entries.size() > MAX_LINES) {
            entries.remove(entries.keySet().iterator().next());
        }
    }
}
