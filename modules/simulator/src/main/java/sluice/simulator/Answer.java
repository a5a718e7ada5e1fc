package sluice.simulator;

import java.io.IOException;
import sluice.api.TokenUsage;

/** What a route answers. */
sealed interface Answer {
    /** Tokens that the answer bills, if all of it goes out. */
    TokenUsage billed();

    /** A whole body. */
    record Whole(int status, String contentType, byte[] body, TokenUsage billed) implements Answer {
        Whole(int status, String contentType, byte[] body) {
            this(status, contentType, body, TokenUsage.NONE);
        }

        static Whole json(int status, String json) {
            return new Whole(status, "application/json", BodyOut.bytes(json));
        }

        static Whole billed(String json, TokenUsage billed) {
            return new Whole(200, "application/json", BodyOut.bytes(json), billed);
        }
    }

    /** A response told as events, after number {@code after}. */
    record Events(Turn turn, int after, TokenUsage billed) implements Answer {
        /** One that is told for the first time. */
        Events(Turn turn) {
            this(turn, -1, turn.billed());
        }

        /** One that is told again. */
        Events(Turn turn, int after) {
            this(turn, after, TokenUsage.NONE);
        }

        void tell(EventOut out) throws IOException {
            turn.play(out);
        }
    }
}
