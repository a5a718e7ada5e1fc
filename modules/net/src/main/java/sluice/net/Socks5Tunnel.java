package sluice.net;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/**
 * A tunnel through a SOCKS proxy, version 5 (RFC 1928), with user and password (RFC 1929) where there are any. Names go to the proxy,
 * which resolves them: where a proxy is needed, the names are often known to it alone. Stateless.
 */
final class Socks5Tunnel implements ProxyTunnel {
    private static final int VERSION = 5;
    private static final int SIGN_IN_VERSION = 1;
    private static final int NO_SIGN_IN = 0;
    private static final int USER_AND_PASSWORD = 2;
    private static final int NOTHING_ACCEPTABLE = 0xff;
    private static final int CONNECT = 1;
    private static final int IPV4 = 1;
    private static final int NAME = 3;
    private static final int IPV6 = 4;
    private static final int MAX_TEXT_BYTES = 255;

    /** Whether user and password, with a colon between, have room in the messages of RFC 1929. */
    static boolean fits(String credentials) {
        int user = bytes(user(credentials)).length;
        int password = bytes(password(credentials)).length;
        return user > 0 && user <= MAX_TEXT_BYTES && password > 0 && password <= MAX_TEXT_BYTES;
    }

    @Override
    public void open(Link link, DialTarget target, DialTarget.Proxy proxy) throws IOException {
        try {
            signIn(link, proxy.credentials());
            connect(link, target);
        } catch (IOException e) {
            throw new IOException("SOCKS proxy " + proxy + ": " + e.getMessage(), e);
        }
    }

    private static void signIn(Link link, String credentials) throws IOException {
        int method = credentials.isEmpty() ? NO_SIGN_IN : USER_AND_PASSWORD;
        send(link, new ByteBuilder(4).octet(VERSION).octet(1).octet(method));
        byte[] chosen = read(link, 2);
        if (chosen[0] != VERSION) {
            throw new IOException("does not speak SOCKS 5: its answer begins with " + (chosen[0] & 0xff));
        }
        if ((chosen[1] & 0xff) == NOTHING_ACCEPTABLE) {
            throw new IOException(credentials.isEmpty() ? "wants a user and password, or another way to sign in"
                    : "does not take a user and password");
        }
        if (chosen[1] != method) {
            throw new IOException("chose a way to sign in that it was not offered: " + (chosen[1] & 0xff));
        }
        if (method == USER_AND_PASSWORD) {
            byte[] user = bytes(user(credentials));
            byte[] password = bytes(password(credentials));
            send(link, new ByteBuilder(3 + user.length + password.length).octet(SIGN_IN_VERSION).octet(user.length).bytes(user)
                    .octet(password.length).bytes(password));
            if (read(link, 2)[1] != 0) {
                throw new IOException("refused the user and password");
            }
        }
    }

    private static void connect(Link link, DialTarget target) throws IOException {
        ByteBuilder request = new ByteBuilder(300).octet(VERSION).octet(CONNECT).octet(0);
        if (DialTarget.isLiteral(target.host())) {
            byte[] address = InetAddress.getByName(target.host()).getAddress();
            request.octet(address.length == 4 ? IPV4 : IPV6).bytes(address);
        } else {
            byte[] name = bytes(target.host());
            if (name.length > MAX_TEXT_BYTES) {
                throw new IOException("has no room for a name of " + name.length + " bytes");
            }
            request.octet(NAME).octet(name.length).bytes(name);
        }
        send(link, request.octet(target.port() >> 8).octet(target.port()));
        byte[] reply = read(link, 4);
        if (reply[0] != VERSION) {
            throw new IOException("does not speak SOCKS 5: its reply begins with " + (reply[0] & 0xff));
        }
        if (reply[1] != 0) {
            throw new IOException(refusal(reply[1] & 0xff));
        }
        // The address that it connects from: of no use, and to be read all the same.
        int length = switch (reply[3]) {
            case IPV4 -> 4;
            case IPV6 -> 16;
            case NAME -> read(link, 1)[0] & 0xff;
            default -> throw new IOException("named an address of an unknown kind: " + (reply[3] & 0xff));
        };
        read(link, length + 2);
    }

    /** RFC 1928 §6. */
    private static String refusal(int reply) {
        return switch (reply) {
            case 1 -> "it has failed (general failure)";
            case 2 -> "its rules do not allow this connection";
            case 3 -> "it finds no way to the target's network";
            case 4 -> "it does not reach the target, or does not know its name";
            case 5 -> "the target refused its connection";
            case 6 -> "the target did not answer in time";
            case 7 -> "it cannot connect (command not supported)";
            case 8 -> "it does not take addresses of this kind";
            default -> "it refused with the unknown reply " + reply;
        };
    }

    private static void send(Link link, ByteBuilder message) throws IOException {
        link.write(message.array(), 0, message.length());
    }

    private static byte[] read(Link link, int length) throws IOException {
        byte[] bytes = new byte[length];
        for (int at = 0; at < length;) {
            int count = link.read(bytes, at, length - at);
            if (count < 0) {
                throw new IOException("closed the connection instead of an answer");
            }
            at += count;
        }
        return bytes;
    }

    private static String user(String credentials) {
        int colon = credentials.indexOf(':');
        return colon < 0 ? credentials : credentials.substring(0, colon);
    }

    private static String password(String credentials) {
        return credentials.substring(Math.min(credentials.length(), user(credentials).length() + 1));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
