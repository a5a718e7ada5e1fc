package sluice.responses;

import java.util.function.Supplier;
import sluice.api.GatewayError;

/** What came of looking at something that a client sent. Immutable and thread-safe. */
public sealed interface Check {
    /** Nothing is wrong with it. */
    Check PASSED = new Passed();

    /** Nothing is wrong with it. */
    record Passed() implements Check { }

    /** It goes no further, and this is what the client is told. */
    record Refused(GatewayError error) implements Check { }

    /** Refused for that. */
    static Check refused(GatewayError error) {
        return new Refused(error);
    }

    /** What comes of looking for one thing after the other, until something is wrong. */
    default Check or(Supplier<Check> next) {
        return this instanceof Passed ? next.get() : this;
    }
}
