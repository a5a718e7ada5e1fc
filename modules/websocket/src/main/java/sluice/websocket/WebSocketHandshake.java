package sluice.websocket;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import sluice.api.Headers;
import sluice.http1.RequestHead;
import sluice.http1.ResponseHead;
import sluice.net.ByteBuilder;

/**
 * The opening handshake of RFC 6455 §4, for both ends. No extension is offered or accepted: compression would cost more than
 * it saves, and would have to be undone to read an event. Stateless.
 */
public final class WebSocketHandshake {
    /** The one version there is. */
    public static final String VERSION = "13";

    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int NONCE_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private WebSocketHandshake() {
    }

    /** What a request wants. */
    public sealed interface Asked {
        /** A WebSocket, rightly: answer with {@link #switching}. */
        record Upgrade(String key) implements Asked { }

        /** No WebSocket. */
        record Plain() implements Asked { }

        /**
         * A WebSocket, wrongly.
         *
         * @param status 400, or 426 for another version; a 426 must carry {@code Sec-WebSocket-Version: 13}
         */
        record Faulty(int status, String reason) implements Asked { }
    }

    /** What an answer to {@link #request} says. */
    public sealed interface Opened {
        /** The WebSocket is open. */
        record Open() implements Opened { }

        /** An ordinary HTTP answer, whose body follows. */
        record Refused(int status) implements Opened { }

        /** A 101 that breaks the rules; the connection must be closed. */
        record Broken(String reason) implements Opened { }
    }

    /** Reads a request's wish (RFC 6455 §4.2.1); names are compared without regard to case. */
    public static Asked asked(RequestHead head) {
        if (!listed(head.headers(), "upgrade", "websocket")) {
            return new Asked.Plain();
        }
        if (!head.method().equals("GET") || head.minorVersion() < 1 || head.bodyBytes() != 0) {
            return new Asked.Faulty(400, "a WebSocket is asked for by GET, HTTP/1.1 and no body");
        }
        if (!listed(head.headers(), "connection", "upgrade")) {
            return new Asked.Faulty(400, "Connection does not say upgrade");
        }
        if (!head.headers().first("sec-websocket-version").orElse("").equals(VERSION)) {
            return new Asked.Faulty(426, "Sec-WebSocket-Version is not " + VERSION);
        }
        int key = head.headers().find("sec-websocket-key");
        if (key < 0 || head.headers().find("sec-websocket-key", key + 1) >= 0 || !isNonce(head.headers().value(key))) {
            return new Asked.Faulty(400, "Sec-WebSocket-Key is not one key of 16 bytes");
        }
        return new Asked.Upgrade(head.headers().value(key));
    }

    /** Appends the head of the answer 101 to {@code out}, with {@code more} header lines. */
    public static void switching(String key, Headers more, ByteBuilder out) {
        out.ascii("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
        out.header("Sec-WebSocket-Accept", accept(key));
        for (int i = 0; i < more.size(); i++) {
            out.header(more, i);
        }
        out.crlf();
    }

    /** A new key for {@link #request}. */
    public static String newKey() {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        return Base64.getEncoder().encodeToString(nonce);
    }

    /**
     * Appends the head of a client's request to {@code out}.
     *
     * @param target path and query
     * @param more header lines besides those of the handshake; {@link #isOwn} ones are left out
     */
    public static void request(String target, String authority, String key, Headers more, ByteBuilder out) {
        out.ascii("GET ").ascii(target).ascii(" HTTP/1.1\r\n").header("Host", authority);
        out.ascii("Upgrade: websocket\r\nConnection: Upgrade\r\n").header("Sec-WebSocket-Version", VERSION)
                .header("Sec-WebSocket-Key", key);
        for (int i = 0; i < more.size(); i++) {
            if (!isOwn(more, i)) {
                out.header(more, i);
            }
        }
        out.crlf();
    }

    /** Whether line {@code index} belongs to one handshake alone and must not be passed on to another. */
    public static boolean isOwn(Headers headers, int index) {
        return headers.nameIs(index, "host") || headers.nameIs(index, "upgrade") || headers.nameIs(index, "connection")
                || headers.name(index).toLowerCase(Locale.ROOT).startsWith("sec-websocket-");
    }

    /** Reads the answer to a request with {@code key} (RFC 6455 §4.1). */
    public static Opened opened(ResponseHead head, String key) {
        if (head.status() != 101) {
            return new Opened.Refused(head.status());
        }
        Headers headers = head.headers();
        if (!listed(headers, "upgrade", "websocket") || !listed(headers, "connection", "upgrade")) {
            return new Opened.Broken("the answer 101 switches to something else");
        }
        if (!headers.first("sec-websocket-accept").equals(Optional.of(accept(key)))) {
            return new Opened.Broken("Sec-WebSocket-Accept does not fit the key");
        }
        if (headers.has("sec-websocket-extensions") || headers.has("sec-websocket-protocol")) {
            return new Opened.Broken("an extension or protocol that was not asked for");
        }
        return new Opened.Open();
    }

    /** The proof that the key was read (RFC 6455 §4.2.2). */
    static String accept(String key) {
        try {
            // The RFC wants SHA-1 here; nothing rests on its strength.
            byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    private static boolean isNonce(String key) {
        try {
            return Base64.getDecoder().decode(key).length == NONCE_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether a comma-separated list, over all lines of that name, holds {@code token}. */
    private static boolean listed(Headers headers, String name, String token) {
        for (int i = headers.find(name); i >= 0; i = headers.find(name, i + 1)) {
            for (String element : headers.value(i).split(",")) {
                if (element.strip().equalsIgnoreCase(token)) {
                    return true;
                }
            }
        }
        return false;
    }
}
