/** The naive way. */
package sluice.baseline;
