package sluice.ops;

import java.time.Instant;
import java.util.List;

/**
 * What was spent, and by when budgets renew.
 *
 * @param dayRenews when the next day begins, where usage.time-zone says
 * @param monthRenews when the next month begins
 * @param sums of all who have spent something or have a budget
 */
public record Money(Instant dayRenews, Instant monthRenews, List<Sum> sums) {
    /** Copies the list. */
    public Money {
        sums = List.copyOf(sums);
    }

    /** Whose a sum is. */
    public enum Kind { CLIENT, TEAM, ACCOUNT, MODEL }

    /**
     * What somebody has spent, and may spend.
     *
     * @param kind whose it is
     * @param name of the client, team, account or model
     * @param day today
     * @param month this month
     * @param reservedNanoDollars for requests that are under way, in billionths of a dollar
     */
    public record Sum(Kind kind, String name, Part day, Part month, long reservedNanoDollars) { }

    /**
     * A part of a sum.
     *
     * @param nanoDollars spent, in billionths of a dollar
     * @param budgetUsd most dollars; 0: no limit
     */
    public record Part(long nanoDollars, double budgetUsd) { }
}
