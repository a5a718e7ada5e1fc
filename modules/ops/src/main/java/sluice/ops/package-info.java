/**
 * Operations: what the gateway tells of itself, and how an operator acts on it.
 *
 * <ul>
 *   <li>{@link sluice.ops.Operations} is told of each {@link sluice.records.EndedRequest} and serves the admin port; it sees the
 *       gateway as a {@link sluice.ops.GatewayView}.
 *   <li>At the admin port, which is {@code sluice.admin}, {@code AdminApi} has the routes, and {@code LiveEvents} tells pages that stay
 *       open.
 *   <li>Metrics: {@code GatewayMetrics} counts, {@code PrometheusText} shows; {@code StripedMetrics} is what Helidon's metrics
 *       API counts with.
 * </ul>
 *
 * <p>Thread rule: everything here may be used by many threads. What a request's thread does is counting; whatever may block or
 * take long is done when an operator asks.
 */
package sluice.ops;
