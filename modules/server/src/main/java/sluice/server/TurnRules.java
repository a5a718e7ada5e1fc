package sluice.server;

import java.time.Duration;
import sluice.config.WebSocketPolicy;

/**
 * What turns of WebSocket connections are served by, as part of {@link Live}.
 *
 * @param means the ways to accounts besides a client's own connection
 * @param policy the configured limits
 * @param messageBytes largest message of a client
 * @param stall longest time that one write to a client may take
 * @param bodyWait how long a message waits for its part of the byte budget
 * @param bodyTimeout how long a message may take to arrive, whatever its size
 * @param bodyRateBytes fewest bytes a second of a message beyond that; 0: any
 * @param keepalive silence after which a client is sent a ping; zero: none
 */
record TurnRules(TurnWay.Means means, WebSocketPolicy policy, int messageBytes, Duration stall,
        Duration bodyWait, Duration bodyTimeout, int bodyRateBytes, Duration keepalive) { }
