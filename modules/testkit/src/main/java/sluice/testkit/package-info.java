/**
 * Doubles that tests of several modules share: {@link sluice.testkit.HandSweeper} stands where the process has its one timer.
 *
 * <p>Only what more than one module needs belongs here, and only what {@code sluice.api} alone can describe: tests of the modules below
 * all others use it, too, so it requires nothing else.
 */
package sluice.testkit;
