package sluice.simulator;

import java.io.IOException;

/** What a route answers. */
sealed interface Answer {
    /** A whole body. */
    record Whole(int status, String contentType, byte[] body) implements Answer {
        static Whole json(int status, String json) {
            return new Whole(status, "application/json", BodyOut.bytes(json));
        }
    }

    /** A response told as events, after number {@code after}. */
    record Events(Turn turn, int after) implements Answer {
        void tell(EventOut out) throws IOException {
            turn.play(out);
        }
    }
}
