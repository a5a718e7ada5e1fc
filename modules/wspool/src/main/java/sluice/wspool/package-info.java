/** Pooled WebSocket connections. */
package sluice.wspool;
