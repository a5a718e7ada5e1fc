/** The splicing body scanner. */
package sluice.body;
