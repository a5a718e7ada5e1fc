/**
 * The life of a request, to be read in this order. A door makes an {@link Exchange} of what a client asked, with an
 * {@link Answer} to write to; {@link Gateway} authenticates and admits it; {@code Forwarding} reads, scans and checks its body
 * ({@code BodyReader}) and makes it a {@link Call}; {@code FailoverLoop} chooses accounts, one after another, until one has
 * answered; {@code Attempt} is one account's turn, and reaches it by a {@link Way}.
 *
 * <p>A request is served by one {@link InForce} from its first step to its last; {@link InForceMaker} makes another one for each
 * configuration. Nothing here knows a socket of a client, or how an answer is framed: that is the doors' job.
 *
 * <p>Thread rule: one thread at a time serves a request. It is its door's virtual thread, but for heavy requests, which go aside
 * ({@code Lane} in edge), and for relays of theirs, which may run on an event loop while that thread waits.
 */
package sluice.forward;
