package sluice.ops;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import sluice.api.Account;
import sluice.api.AccountScheduler;
import sluice.api.AccountScheduler.Selection;
import sluice.api.AccountStatus;
import sluice.api.AccountStatus.Quota;
import sluice.api.Decision;
import sluice.api.Headers;
import sluice.api.SelectionRequest;
import sluice.api.TurnPool;
import sluice.config.ClientPolicy;
import sluice.probe.AddedTime;

/** A gateway whose numbers a test sets. */
final class ScriptedGateway implements GatewayView, AccountScheduler, KeyDesk {
    final List<String> deeds = new ArrayList<>();
    final List<AccountStatus> accounts = new ArrayList<>();
    final List<String> controls = new ArrayList<>();
    final List<Decision> decisions = new ArrayList<>();
    boolean draining;

    static AccountStatus account(String name, AccountStatus.State state, long coolingNanos) {
        return new AccountStatus(name, state, new AccountStatus.Slots(3, 64), new AccountStatus.History(0.25, 1_500_000_000L, 10, 2),
                new AccountStatus.Limits(coolingNanos, List.of(),
                        List.of(new Quota("primary", "", 0.4, 18_000_000, 1_700_003_600_000L))));
    }

    @Override
    public AccountScheduler scheduler() {
        return this;
    }

    @Override
    public int inFlight() {
        return 7;
    }

    @Override
    public int openStreams() {
        return 5;
    }

    @Override
    public int openWebSockets() {
        return 4;
    }

    @Override
    public TurnPool.Seats.Counts webSocketPool(String account) {
        return new TurnPool.Seats.Counts(9, 3, 2, 1, 30, 20, 6, 5, 7);
    }

    @Override
    public long bodyBytes() {
        return 1000;
    }

    @Override
    public long bodyBudgetBytes() {
        return 4000;
    }

    @Override
    public boolean draining() {
        return draining;
    }

    @Override
    public AddedTime addedTime(boolean watching) {
        return new AddedTime(AddedTime.State.MEASURED, 2836, new AddedTime.Difference(84_000, 80_000, 88_000),
                new AddedTime.Difference(285_000, 212_000, 511_000), 40_000, 124_000);
    }

    @Override
    public List<ClientStatus> clients() {
        ClientStatus.Key key = new ClientStatus.Key("0123456789ab", Instant.parse("2026-11-01T10:00:00Z"), Instant.MAX,
                Instant.parse("2026-11-28T09:30:12Z"));
        return List.of(new ClientStatus(new ClientStatus.Who("team-a", "research", true, List.of("gpt-5*"), List.of(key)), 2, 50, 9, 600,
                1234, 0, 99_999, new ClientStatus.Spending(1_500_000_000L, 10, 42_000_000_000L, 500)));
    }

    @Override
    public Money money() {
        return new Money(Instant.parse("2023-11-15T00:00:00Z"), Instant.parse("2023-12-01T00:00:00Z"), List.of(
                new Money.Sum(Money.Kind.CLIENT, "team-a", new Money.Part(1_500_000_000L, 10), new Money.Part(42_000_000_000L, 50),
                        250_000_000L),
                new Money.Sum(Money.Kind.MODEL, "gpt-5", new Money.Part(1_500_000_000L, 0), new Money.Part(42_000_000_000L, 0),
                        0)));
    }

    @Override
    public KeyDesk keys() {
        return this;
    }

    @Override
    public Outcome add(ClientPolicy terms, Instant expires) {
        deeds.add("add " + terms + " until " + expires);
        return terms.fault().<Outcome>map(fault -> new Outcome.Refused(Reason.BAD_CLIENT, fault))
                .orElseGet(() -> new Outcome.Issued(terms.name(), "sk-sluice-text", "abcdef012345", expires, Instant.MIN));
    }

    @Override
    public Outcome rotate(String client, Duration overlap, Instant expires) {
        deeds.add("rotate " + client + " with " + overlap + " until " + expires);
        return client.equals("main") ? new Outcome.Issued(client, "sk-sluice-next", "fedcba543210", expires,
                Instant.parse("2026-11-29T00:00:00Z")) : new Outcome.Refused(Reason.UNKNOWN_CLIENT, "There is no client '" + client + "'.");
    }

    @Override
    public Outcome revoke(String client, String keyId) {
        deeds.add("revoke " + client + " " + keyId);
        return client.equals("main") ? new Outcome.Revoked(client, 2, 0)
                : new Outcome.Refused(Reason.CLIENT_OF_FILE, "The configuration file has this client.");
    }

    @Override
    public Condition condition() {
        return new Condition("0", true, false, Map.of("data", Instant.parse("2024-01-01T00:00:00Z")));
    }

    @Override
    public long usageLost() {
        return 0;
    }

    @Override
    public long logLost() {
        return 0;
    }

    @Override
    public Set<String> models() {
        return Set.of("gpt-5");
    }

    @Override
    public String effectiveConfiguration() {
        return "server: {port: 8080}\n";
    }

    @Override
    public Explanation explain(String client, Headers headers, byte[] body) {
        return new Explanation.Explained(decisions.getFirst(), "thread-id", client + headers.first("session-id").orElse(""),
                List.of(new String(body, StandardCharsets.UTF_8)));
    }

    @Override
    public void drain() {
        draining = true;
    }

    @Override
    public void apply(List<Account> next) {
        throw new UnsupportedOperationException("operations do not change accounts");
    }

    @Override
    public Selection select(SelectionRequest request) {
        throw new UnsupportedOperationException("operations do not take slots");
    }

    @Override
    public Duration retryAfter(SelectionRequest request) {
        throw new UnsupportedOperationException("operations do not send anybody away");
    }

    @Override
    public Decision explain(SelectionRequest request) {
        return decisions.getFirst();
    }

    @Override
    public List<AccountStatus> accounts() {
        return List.copyOf(accounts);
    }

    @Override
    public List<Decision> recentDecisions(int limit) {
        return decisions.stream().limit(limit).toList();
    }

    @Override
    public boolean control(String account, Control control) {
        controls.add(account + " " + control);
        return accounts.stream().anyMatch(status -> status.name().equals(account));
    }

    @Override
    public void close() {
        accounts.clear();
    }
}
