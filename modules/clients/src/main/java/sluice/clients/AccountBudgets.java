package sluice.clients;

import sluice.api.AccountScheduler;
import sluice.api.Sweeper;

/**
 * Lets accounts rest whose own budget is spent, again and again until it renews: what they have begun they end. Confined to the
 * sweeper's thread.
 */
public final class AccountBudgets implements Sweeper.Watched {
    /** Shorter than any rest, and seldom enough to cost nothing. */
    private static final long EVERY_NANOS = 200_000_000;

    private final Books books;
    private final AccountScheduler scheduler;
    private long nextNanos;
    private boolean begun;

    /** Lets the accounts of {@code scheduler} rest by {@code books}. */
    public AccountBudgets(Books books, AccountScheduler scheduler) {
        this.books = books;
        this.scheduler = scheduler;
    }

    @Override
    public void sweep(long nowNanos) {
        if (!begun || nowNanos - nextNanos >= 0) {
            begun = true;
            nextNanos = nowNanos + EVERY_NANOS;
            books.spentAccounts().forEach(account -> scheduler.control(account, AccountScheduler.Control.COOL));
        }
    }
}
