/**
 * The stream relay: event streams of the Responses API from an upstream to a client, byte for byte.
 *
 * <p>Start at {@link sluice.sse.BatchingRelay}. One stream is one {@code StreamRelay}: it fills one buffer, lets
 * {@code FrameScanner} find whole events in it, decides by {@code EventType} what an event means and by a gate whether its JSON
 * must be read ({@link sluice.json.JsonReader}), and hands whole events to the {@code Outlet}. An event that does not fit into the buffer
 * passes through {@code LongEvent} instead. {@code FoldRelay} makes a JSON answer of a stream.
 *
 * <p>What it does not do: connections, headers, keep-alive comments and the choice of an account are its caller's.
 *
 * <p>Threads: a relay runs on its caller's thread, reads and writes there, and has no thread and no timer of its own. The one
 * exception is in {@code Outlet}, which names the one lock.
 */
package sluice.sse;
