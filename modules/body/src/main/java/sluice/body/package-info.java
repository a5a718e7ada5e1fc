/**
 * Request bodies as bytes. {@link sluice.body.SpliceScanner} passes over a body once, checks it with a
 * {@link sluice.json.JsonWalk} and keeps a {@link sluice.body.MemberTable}; the {@link sluice.body.ScannedBody} answers
 * questions from that table, and a {@link sluice.body.Splicer} turns edits into a {@link sluice.body.SplicedBody}, which is
 * written as slices of the received bytes with patches between them.
 *
 * <p>No body is ever parsed into a tree or copied. All types are immutable once built, except where they say otherwise.
 */
package sluice.body;
