package sluice.server;

import java.time.Duration;
import sluice.config.WebSocketPolicy;

/**
 * What turns of WebSocket connections are served by, as part of {@link Live}.
 *
 * @param loop finds an account that answers
 * @param offer who can be served by WebSocket
 * @param policy the configured limits
 * @param messageBytes largest message of a client
 * @param stall longest time that one write to a client may take
 * @param bodyWait how long a message waits for its part of the byte budget
 * @param bodyTimeout how long a message may take to arrive, whatever its size
 * @param bodyRateBytes fewest bytes a second of a message beyond that; 0: any
 * @param drain how long turns go on whose client has left; zero: not at all
 * @param drainBytes how many bytes of answers are read on then, of all turns of the connection
 */
record TurnRules(FailoverLoop<Turn> loop, WebSocketOffer offer, WebSocketPolicy policy, int messageBytes, Duration stall,
        Duration bodyWait, Duration bodyTimeout, int bodyRateBytes, Duration drain, long drainBytes) { }
