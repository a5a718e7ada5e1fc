/**
 * What the relays of streams and of whole answers share: how long the beginning of an answer is held back
 * ({@link sluice.relay.HoldBack}), which times end it ({@link sluice.relay.Deadlines}), and how far it is read on without its client
 * ({@link sluice.relay.ReadingOn}).
 *
 * <p>What it does not do: say what an answer's bytes mean, or keep any. One object of each is one answer's. Threads: the sweeper's
 * sees that a time is over, and a virtual thread of its own writes what was held for too long.
 */
package sluice.relay;
