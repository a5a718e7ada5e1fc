/**
 * HTTP/2 towards clients (RFC 9113): each stream is a {@link sluice.http1.RequestStream}, and who serves it does not know what carried it.
 *
 * <p>The way of a request: {@link sluice.http2.FrameInput} reads a frame, {@link sluice.http2.FrameRules} judges it and has
 * {@link sluice.http2.Calm} count it, {@link sluice.http2.HeaderTable} reads a header block into
 * {@link sluice.http2.RequestFields}, and {@link sluice.http2.Http2Connection} starts an {@link sluice.http2.Http2Stream} with its
 * {@link sluice.http2.StreamBody}. The way of an answer: {@link sluice.http2.HeaderBlock}, {@link sluice.http2.StreamAnswer}, which waits
 * for windows, {@link sluice.http2.FrameOutput}.
 *
 * <p>Threads: one reads the connection, and each stream has its own. One lock for each connection guards its streams and windows, another
 * one its output.
 */
package sluice.http2;
