/**
 * One call to an account over HTTP/1.1.
 *
 * <p>Start at {@link sluice.upstream.DirectUpstream}: it takes a connection that {@link sluice.upstream.DirectPool} kept, or
 * dials, and sends once more when a kept one turns out to have been closed. {@link sluice.upstream.DirectConnection} writes the
 * request, reads the head, and is itself the source of the answer's body until that has ended.
 *
 * <p>What it does not do: choose accounts, move to another one, or judge an answer. Threads: everything runs on the caller's;
 * deadlines and the ageing of idle connections run on the sweeper's.
 */
package sluice.upstream;
