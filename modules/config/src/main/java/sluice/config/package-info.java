/** The configuration file. */
package sluice.config;
