/**
 * Measures what the gateway adds: {@link sluice.gauge.BenchCommand} runs the same {@link sluice.gauge.Load} directly against an
 * upstream and through the gateway, in turns, and prints a {@link sluice.gauge.Table}. It knows the gateway only by its URL and
 * its process. A virtual thread per request; everything else is confined to the command's thread.
 */
package sluice.gauge;
