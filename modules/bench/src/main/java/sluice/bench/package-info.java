/** JMH benchmarks of every optimisation beside the way it replaces. */
package sluice.bench;
