package sluice.sched;

import sluice.api.SelectionRequest;
import sluice.api.SharedState.Home;

/**
 * A request with what is remembered about it. Looked up once, so that a request that waits asks no store again. Immutable.
 *
 * @param request as it came
 * @param binding of its session; {@link Home#NONE} if there is none
 * @param owner the only account that can serve it; empty if any can
 * @param organization whose accounts can read its encrypted reasoning; empty if any may be used
 * @param strip whether encrypted reasoning must be stripped
 * @param startedNanos when it came
 * @param flight the guessed session that it is the only request of; {@link Flights#NONE} otherwise
 */
record Wish(SelectionRequest request, Home binding, String owner, String organization, boolean strip, long startedNanos,
        long flight) {
    /** Whether it still keeps to the organisation that can read its reasoning. */
    boolean limited() {
        return !organization.isEmpty();
    }

    /** The same request, ready to go on elsewhere without its encrypted reasoning. */
    Wish leavingOrganization() {
        return new Wish(request, binding, owner, "", true, startedNanos, flight);
    }

    /** Whether the session leaves the organisation of its binding for good. */
    boolean leaves() {
        return strip && !binding.stripEncryptedReasoning();
    }

    long deadlineNanos() {
        return startedNanos + request.waitNanos();
    }
}
