/**
 * The contracts of a gateway for the OpenAI Responses API, in the order in which a request meets them.
 *
 * <ol>
 *   <li>{@link sluice.api.BodyScanner} reads the body once and yields a {@link sluice.api.BodyScanner.Scan}: a
 *       {@link sluice.api.RequestBody} whose fields can be asked for, or the place where the JSON is broken.
 *   <li>{@link sluice.api.AccountScheduler} turns a {@link sluice.api.SelectionRequest} into a
 *       {@link sluice.api.AccountScheduler.Selection}: an {@link sluice.api.AccountLease}, or the reasons why there is none.
 *   <li>{@link sluice.api.RequestBody#edited} applies the account's {@link sluice.api.BodyEdit}s to the pristine bytes and
 *       gives the {@link sluice.api.OutboundBody} to send.
 *   <li>{@link sluice.api.Upstream} sends an {@link sluice.api.UpstreamRequest} and gives an
 *       {@link sluice.api.UpstreamResult}: answered, or unreachable and whether the request may have been executed.
 *       A client that speaks WebSocket keeps a connection of a {@link sluice.api.TurnPool} instead.
 *   <li>{@link sluice.api.EventRelay} (SSE) or {@link sluice.api.AnswerRelay} (JSON) moves the answer from a
 *       {@link sluice.api.ByteSource} to a {@link sluice.api.ClientSink} and reports a {@link sluice.api.RelayOutcome}.
 *   <li>{@link sluice.api.AccountLease#report} tells the scheduler how the attempt went
 *       ({@link sluice.api.AttemptOutcome}); closing the lease frees its slot.
 *   <li>{@link sluice.api.UsageSink} receives one {@link sluice.api.UsageRecord} for each request, whatever became of it.
 * </ol>
 *
 * <p>Each service is found by {@link java.util.ServiceLoader}, has a {@linkplain sluice.api.Named name}, and is chosen by
 * that name in the configuration. A failure that a client may see is one {@link sluice.api.GatewayError}.
 *
 * <p>Conventions: no {@code null} in or out; {@code long …Nanos} are readings of, or distances on, a monotonic clock; sizes
 * end in {@code Bytes}; expected outcomes are sealed results, exceptions are for I/O and bugs. Each type states its thread rule.
 */
package sluice.api;
