package sluice.simulator;

import java.io.IOException;

/** One item of an answer's output: it can be told as events and as JSON. Immutable. */
interface SimulatedItem {
    /** The item when it is done, as JSON. */
    String json();

    /** Tokens that it counts as output. */
    int tokens();

    /** How many paced events it has. */
    int deltas();

    /** Tells it as output number {@code index}; false if the answer is to fail on the way, after {@code failAt} deltas. */
    boolean tell(EventOut out, int index, Pace pace, int failAt) throws IOException;
}
