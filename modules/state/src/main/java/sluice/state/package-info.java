/**
 * The state of one process. Start at {@link sluice.state.LocalState}.
 *
 * <p>Its four ports are {@code LocalBindings}, {@code LocalOwners}, {@code LocalRests} and {@code LocalCounters}: memory, all bounded.
 * With a path, {@code StateSaver} writes them to a {@code StateFile} every now and then and at the end, on a thread of its own. It is a
 * {@code SharedFile}: while a restart hands over, two processes have it, and each takes in what the other has learnt. A
 * {@code Journal} writes each sum within a moment of its change, so that a killed process forgets no money.
 *
 * <p>Nothing here waits for a disk on a caller's thread, but opening and closing; and who asks for an owner that nobody remembers waits for
 * what another process knows ({@code OtherProcess}).
 */
package sluice.state;
