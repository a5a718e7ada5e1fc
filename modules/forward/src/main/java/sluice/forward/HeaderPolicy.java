package sluice.forward;

import java.util.Locale;
import sluice.api.Account;
import sluice.api.Headers;

/** Which header lines go where. Stateless. */
final class HeaderPolicy {
    private static final String OWN_PREFIX = "x-sluice-";
    private static final String FORWARDED_PREFIX = "x-forwarded-";
    private static final HeaderNames NOT_TO_UPSTREAM = HeaderNames.withUnderscores(
            // hop-by-hop, RFC 9110 §7.6.1
            "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
            "proxy-authenticate", "proxy-authorization", "http2-settings", "proxy",
            // of a WebSocket's handshake; browsers put keys and organisations there
            "sec-websocket-protocol", "sec-websocket-key", "sec-websocket-version", "sec-websocket-extensions",
            // of this connection or this body
            "host", "content-length", "expect", "accept-encoding",
            // credentials and identity of the client
            "authorization", "x-api-key", "api-key", "cookie", "cookie2", "x-goog-api-key", "ocp-apim-subscription-key",
            "chatgpt-account-id", "openai-organization", "openai-project", "origin", "referer",
            // another method or path than the one that was judged, for servers that believe them
            "x-http-method-override", "x-http-method", "x-method-override", "x-original-method",
            "x-original-url", "x-original-uri", "x-rewrite-url", "x-envoy-original-path", "x-original-host", "x-host",
            // who stands in between; and whatever begins like x-forwarded-for
            "forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip", "front-end-https");
    private static final HeaderNames NOT_TO_CLIENT = HeaderNames.withUnderscores(
            "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
            "proxy-authenticate", "content-length", "set-cookie", "alt-svc", "strict-transport-security",
            // whose account it is
            "openai-organization", "openai-project", "chatgpt-account-id",
            // where the account is: a client that went there would go past the gateway
            "location", "content-location", "refresh", "link");
    private static final HeaderNames REPLACED_ON_STREAMS = new HeaderNames("content-type", "cache-control", "x-accel-buffering");

    /** What becomes of an answer's body on its way, and so of the headers that describe it. */
    enum Form {
        /** Nothing. */
        AS_IT_IS,
        /** A stream of events. */
        STREAM,
        /** A stream that is folded to JSON. */
        FOLDED
    }

    private HeaderPolicy() {
    }

    /**
     * What an account is sent of a client's headers; the upstream adds host, length and credentials.
     *
     * @param bodyDecoded whether the body's {@code content-encoding} was taken off
     */
    static Headers toUpstream(Headers client, Account account, boolean bodyDecoded) {
        Headers.Builder out = Headers.builder();
        String named = connectionNames(client);
        for (int i = 0; i < client.size(); i++) {
            if (NOT_TO_UPSTREAM.contains(client, i) || isOwn(client, i) || isForwarded(client, i)
                    || bodyDecoded && client.nameIs(i, "content-encoding")
                    || !named.isEmpty() && named.contains("," + client.name(i).toLowerCase(Locale.ROOT) + ",")
                    || account.endpoint().sets(client, i)) {
                continue;
            }
            out.add(client, i);
        }
        out.add("accept-encoding", "identity");
        account.endpoint().headers().forEach(out::add);
        return out.build();
    }

    /** Writes what a client is sent of an answer's headers. */
    static void toClient(Headers upstream, Form form, Answer.Lines out) {
        String named = connectionNames(upstream);
        for (int i = 0; i < upstream.size(); i++) {
            if (NOT_TO_CLIENT.contains(upstream, i) || isOwn(upstream, i)
                    || form != Form.AS_IT_IS && REPLACED_ON_STREAMS.contains(upstream, i)
                    || !named.isEmpty() && named.contains("," + upstream.name(i).toLowerCase(Locale.ROOT) + ",")) {
                continue;
            }
            out.add(upstream, i);
        }
        if (form == Form.FOLDED) {
            out.add("content-type", "application/json");
        } else if (form == Form.STREAM) {
            out.add("content-type", "text/event-stream");
            out.add("cache-control", "no-cache");
            out.add("x-accel-buffering", "no");
        }
    }

    /** With underscores, too: some servers read them as hyphens. */
    private static boolean isForwarded(Headers headers, int index) {
        return headers.nameBytes(index) > FORWARDED_PREFIX.length() && (headers.nameStartsWith(index, "x-f")
                || headers.nameStartsWith(index, "x_f"))
                && headers.name(index).replace('_', '-').regionMatches(true, 0, FORWARDED_PREFIX, 0, FORWARDED_PREFIX.length());
    }

    private static boolean isOwn(Headers headers, int index) {
        return headers.nameBytes(index) > OWN_PREFIX.length() && headers.nameStartsWith(index, OWN_PREFIX);
    }

    /** Names listed in {@code Connection}, as {@code ,a,b,}; empty if it only says keep-alive or close. */
    private static String connectionNames(Headers headers) {
        StringBuilder names = new StringBuilder();
        for (int i = headers.find("connection"); i >= 0; i = headers.find("connection", i + 1)) {
            if (!headers.valueIs(i, "keep-alive") && !headers.valueIs(i, "close")) {
                for (String option : headers.value(i).split(",")) {
                    names.append(names.isEmpty() ? "," : "").append(option.strip().toLowerCase(Locale.ROOT)).append(',');
                }
            }
        }
        return names.toString();
    }
}
