package sluice.forward;

import sluice.api.GatewayError;

/** What a step of a request's life came to. */
public sealed interface Reply {
    /** The client has its answer, or has left. */
    record Answered() implements Reply { }

    /** The client is to be told an error. */
    record Refused(GatewayError error) implements Reply { }

    /** The one {@link Answered}. */
    Reply ANSWERED = new Answered();
}
