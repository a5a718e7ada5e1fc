/**
 * Pooled WebSocket connections to accounts.
 *
 * <p>Start at {@link sluice.wspool.TurnPools}: a pool for each account ({@link sluice.wspool.AccountPool}), the bridge that
 * serves an HTTP request over a pooled connection ({@link sluice.wspool.EventMailbox}), and connections that a WebSocket
 * client keeps ({@link sluice.wspool.BoundConnection}). {@link sluice.wspool.TurnRounds} sends a turn over either. Which connection
 * serves whom is decided by {@link sluice.wspool.LeanSeats} alone, which does no I/O; {@link sluice.wspool.UpstreamDial} opens
 * connections and {@link sluice.wspool.PooledSocket} reads them for as long as they live.
 *
 * <p>What it does not do: choose accounts, retry on another one, or look into events beyond what tells
 * whose they are and how they fail. Threads: a virtual
 * thread for each connection reads it; the janitor runs on the sweeper's thread; all else runs on its caller's.
 */
package sluice.wspool;
