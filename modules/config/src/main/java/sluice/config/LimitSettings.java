package sluice.config;

import java.time.Duration;

/**
 * What the gateway takes: the keys below {@code limits:}.
 *
 * @param bodyBytes largest request body after decoding
 * @param bodiesInFlightBytes most bytes of all bodies together
 * @param bodyWait how long a body's first reservation may wait
 * @param concurrentRequests most requests at a time
 * @param connections most connections of clients at a time
 * @param connectionsPerAddress most connections of one address at a time; 0: no limit
 * @param reservePercent percent of what clients share that is kept for those who hold little
 * @param eventBytes largest SSE event or WebSocket message of an upstream
 * @param messageBytes largest WebSocket message of a client
 * @param headerBytes largest head of a request
 */
public record LimitSettings(int bodyBytes, long bodiesInFlightBytes, Duration bodyWait, int concurrentRequests, int connections,
        int connectionsPerAddress, int reservePercent, int eventBytes, int messageBytes, int headerBytes) { }
