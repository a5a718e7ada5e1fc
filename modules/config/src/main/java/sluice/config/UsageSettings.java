package sluice.config;

import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/**
 * Where usage goes, and what tokens cost: the keys below {@code usage:}.
 *
 * @param sink the keys for {@link sluice.api.UsageSink.Factory#create}, by their name below {@code usage:}, in their plain
 *     form: sizes in bytes
 * @param prices what models cost, those of the configuration before those of the price file; the first that fits counts
 * @param accounts what accounts may cost, by their name; who is not named has no limit
 * @param timeZone where days and months of budgets begin
 * @param settleBackground how long after it was made the gateway looks for the usage of background work that nobody has fetched;
 *     zero: never
 */
public record UsageSettings(Map<String, String> sink, List<ModelPrice> prices, Map<String, Quota.Budget> accounts, ZoneId timeZone,
        Duration settleBackground) {
    /** Copies the lists. */
    public UsageSettings {
        sink = Map.copyOf(sink);
        prices = List.copyOf(prices);
        accounts = Map.copyOf(accounts);
    }
}
