/**
 * Memory that is used again: {@link sluice.buffers.ArrayShelf} keeps the arrays in which bodies, events and answers have lain for
 * those that come later, so that a large request or a fast stream makes next to no garbage.
 *
 * <p>{@link sluice.buffers.BodyCollector} is who collects a request's body in one array; the modules that do are found as services.
 *
 * <p>It knows nothing of what lies in an array.
 */
package sluice.buffers;
