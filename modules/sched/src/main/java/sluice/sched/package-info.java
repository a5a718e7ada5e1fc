/** The layered scheduler. */
package sluice.sched;
