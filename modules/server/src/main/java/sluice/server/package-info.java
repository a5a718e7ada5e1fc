/** The gateway server. */
package sluice.server;
