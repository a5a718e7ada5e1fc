/** The batching stream relay. */
package sluice.sse;
