package sluice.config;

import java.time.Duration;
import sluice.api.TurnPool;

/**
 * WebSocket connections: the keys below {@code websocket:}.
 *
 * @param pool those to accounts
 * @param firstMessage how long a client may take to its first message
 * @param clientIdle how long its connection may be idle between two turns
 * @param clientConnections most open connections of one client; 0: no limit
 * @param unavailable how long a session is told to use HTTP after its model had no account with WebSocket
 */
public record WebSocketPolicy(TurnPool.Settings pool, Duration firstMessage, Duration clientIdle, int clientConnections,
        Duration unavailable) { }
