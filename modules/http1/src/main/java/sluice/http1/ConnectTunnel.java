package sluice.http1;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import sluice.net.ByteBuilder;
import sluice.net.DialTarget;
import sluice.net.Link;
import sluice.net.ProxyTunnel;

/** A tunnel through an HTTP proxy by {@code CONNECT} (RFC 9110 §9.3.6). Stateless. */
public final class ConnectTunnel implements ProxyTunnel {
    private static final int MAX_PROXY_HEAD_BYTES = 16 * 1024;

    /** A tunnel, for any number of connections. */
    public ConnectTunnel() {
        // nothing is kept
    }

    @Override
    public void open(Link link, DialTarget target, DialTarget.Proxy proxy) throws IOException {
        String authority = target.authority();
        ByteBuilder request = new ByteBuilder(512);
        request.ascii("CONNECT ").ascii(authority).ascii(" HTTP/1.1\r\n").header("Host", authority);
        if (!proxy.credentials().isEmpty()) {
            byte[] credentials = proxy.credentials().getBytes(StandardCharsets.UTF_8);
            request.header("Proxy-Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials));
        }
        request.crlf();
        HttpInput input = new HttpInput(link, MAX_PROXY_HEAD_BYTES);
        int status;
        try {
            link.write(request.array(), 0, request.length());
            status = finalStatus(input);
        } catch (IOException e) {
            throw new IOException("proxy " + proxy + ": " + e.getMessage(), e);
        }
        if (status / 100 != 2) {
            throw new IOException("proxy " + proxy + " refused the tunnel with status " + status);
        }
        if (input.hasBuffered()) {
            throw new IOException("proxy " + proxy + " sent bytes before the tunnel was used");
        }
    }

    private static int finalStatus(HttpInput input) throws IOException {
        for (int i = 0; i < ResponseHead.MOST_INTERIM; i++) {
            Optional<ResponseHead> head = input.readResponseHead("CONNECT");
            if (head.isEmpty()) {
                throw new IOException("closed without an answer");
            }
            if (head.get().status() >= 200) {
                return head.get().status();
            }
        }
        throw new IOException("only interim answers");
    }
}
