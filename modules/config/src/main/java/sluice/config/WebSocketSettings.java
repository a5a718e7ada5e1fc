package sluice.config;

import java.time.Duration;

/**
 * WebSocket connections: the keys below {@code websocket:}.
 *
 * @param maxPerAccount most upstream connections of an account, 1..128
 * @param factor connections for each request that an account may run at a time
 * @param maxIdle most idle connections kept for an account
 * @param utilization share of busy connections that the pool aims at
 * @param waiters most requests that may wait for a connection of an account
 * @param acquireWait how long they wait
 * @param retire age at which an upstream connection is closed between turns
 * @param pingAfter idle time after which a connection is tried before it is used again
 * @param firstMessage how long a client may take to its first message
 * @param unavailable how long a session is told to use HTTP after its model had no account with WebSocket
 */
public record WebSocketSettings(int maxPerAccount, double factor, int maxIdle, double utilization, int waiters, Duration acquireWait,
        Duration retire, Duration pingAfter, Duration firstMessage, Duration unavailable) { }
