/** What both ends of a connection need: dialer, HTTP/1.1 framing, RFC 6455 codec. */
package sluice.wire;
