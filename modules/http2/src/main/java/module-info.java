import sluice.http2.Http2;
import sluice.http1.StreamProtocol;

/** Clients that speak HTTP/2, where this module is there. Start at {@link sluice.http2}. */
@SuppressWarnings("module") // the digit is the protocol's
module sluice.http2 {
    requires sluice.http1;
    requires sluice.net;
    requires io.helidon.http.http2; // the Huffman code of header fields

    provides StreamProtocol with Http2;
}
