/** The simulated upstream. */
package sluice.simulator;
