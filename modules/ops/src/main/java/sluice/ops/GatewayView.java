package sluice.ops;

import java.util.List;
import java.util.Set;
import sluice.api.AccountScheduler;
import sluice.api.Headers;
import sluice.api.TurnPool;
import sluice.probe.AddedTime;

/** The running gateway, as operations see it and act on it. Thread-safe. */
public interface GatewayView {
    /** The scheduler in use. */
    AccountScheduler scheduler();

    /** Requests under way. */
    int inFlight();

    /** Streams to clients that are open. */
    int openStreams();

    /** Clients' WebSocket connections that are open, between turns too. */
    int openWebSockets();

    /** Upstream WebSocket connections of an account; all zero if it has none. */
    TurnPool.Seats.Counts webSocketPool(String account);

    /** Bytes of request bodies held now. */
    long bodyBytes();

    /** Most bytes of request bodies. */
    long bodyBudgetBytes();

    /** Whether new requests are refused. */
    boolean draining();

    /**
     * What the gateway adds to a request. It is measured only while somebody asks.
     *
     * @param watching whether a person looks on, who is worth ten times the probes of a program that asks now and then
     */
    AddedTime addedTime(boolean watching);

    /** What each client uses. */
    List<ClientStatus> clients();

    /** What was spent, and what may be. */
    Money money();

    /** Makes clients, and changes their keys. */
    KeyDesk keys();

    /** How the process itself is. */
    Condition condition();

    /** Usage records that could not be kept. */
    long usageLost();

    /** Lines of requests that could not be written. */
    long logLost();

    /** The models that the configuration names: no other one becomes a label. */
    Set<String> models();

    /** The configuration in force as YAML, without secrets; empty if it did not come from a file. */
    String effectiveConfiguration();

    /**
     * What would become of a request now, without doing anything.
     *
     * @param client the client's name; empty: the first one
     * @param headers the request's headers
     * @param body the request's body
     */
    Explanation explain(String client, Headers headers, byte[] body);

    /** From now on new requests are refused. */
    void drain();
}
