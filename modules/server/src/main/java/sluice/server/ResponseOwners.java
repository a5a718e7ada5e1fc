package sluice.server;

import sluice.api.AccountScheduler;

/** Keeps clients apart: a response that one of them made does not exist for the others. Thread-safe. */
interface ResponseOwners {
    /** Whether {@code id} is known to have been made by another client than {@code client}. */
    boolean isForeign(String client, String id);

    /** By what the scheduler remembers. */
    static ResponseOwners of(AccountScheduler scheduler) {
        return scheduler::isForeign;
    }
}
