package sluice.config;

import java.time.Duration;
import java.util.List;
import sluice.api.Account;
import sluice.api.SchedulerSettings;

/**
 * The whole configuration, checked. Immutable and thread-safe: a reload makes another one. Every key behind it is listed in
 * {@code docs/configuration.md}.
 *
 * @param server where the gateway listens, and how it ends
 * @param limits what it takes
 * @param clients who may use it; empty: anybody on this machine
 * @param teams what clients may use together
 * @param accounts the upstream accounts, at least one in a configuration that was read from a file
 * @param scheduler how accounts are chosen, with cool-downs and breaker
 * @param slotWait how long a request waits for a slot; zero: not at all
 * @param stream how answers are relayed
 * @param failover when another account is tried
 * @param upstream how connections to accounts are kept
 * @param webSocket WebSocket connections, on both sides
 * @param modules which provider serves each service
 * @param usage where usage goes, and what tokens cost
 * @param state what survives a restart
 * @param log what is logged
 */
public record Configuration(ServerSettings server, LimitSettings limits, List<ClientPolicy> clients, List<TeamPolicy> teams,
        List<Account> accounts,
        SchedulerSettings scheduler, Duration slotWait, StreamSettings stream, FailoverSettings failover,
        PoolSettings upstream, WebSocketPolicy webSocket, ModuleChoice modules, UsageSettings usage, StateSettings state,
        LogSettings log) {
    /** Copies the lists. */
    public Configuration {
        clients = List.copyOf(clients);
        teams = List.copyOf(teams);
        accounts = List.copyOf(accounts);
    }

    /** The same with other clients. */
    public Configuration withClients(List<ClientPolicy> others) {
        return new Configuration(server, limits, others, teams, accounts, scheduler, slotWait, stream, failover, upstream, webSocket,
                modules, usage, state, log);
    }
}
