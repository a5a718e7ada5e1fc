/**
 * Measures what the gateway adds to a request, as a client sees it. Start at {@link sluice.probe.Probe}. Knows nothing of
 * the gateway but its port.
 */
package sluice.probe;
