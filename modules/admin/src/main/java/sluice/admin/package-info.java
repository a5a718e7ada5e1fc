/**
 * The admin port, from an accepted connection to an answer; the routes are of those who have something to tell.
 *
 * <ul>
 *   <li>{@link sluice.admin.AdminPlaces} says whose connection stays, and {@link sluice.admin.AdminConnection} has Helidon serve it by
 *       what an {@link sluice.admin.AdminListener} has for all of them; {@code AdminWriter} lets a place see that an answer goes on.
 *   <li>{@link sluice.admin.AdminGate} says who comes in, by the rules of {@code AdminGuard} and not too often ({@code GuessLimit}), and
 *       puts out who does not read ({@link sluice.admin.Visits}).
 *   <li>{@link sluice.admin.AdminAnswer} reads what is sent, and answers.
 * </ul>
 *
 * <p>Thread rule: a connection has one thread; all else may be used by many.
 */
package sluice.admin;
