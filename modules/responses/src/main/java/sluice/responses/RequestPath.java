package sluice.responses;

import java.util.Locale;
import java.util.Optional;
import sluice.api.GatewayError;

/**
 * Whether a path is spelled as all readers take it. Limits and owners are judged by the path as it came, so a spelling that another
 * server reads as a different path would be judged as one and served as the other (RFC 3986 §6.2.2). Stateless.
 */
public final class RequestPath {
    private static final String RESERVED_ENCODED = "/\\%;?#";
    private static final String UNRESERVED = "-._~";

    private RequestPath() {
    }

    /** Whether all readers agree about {@code path}. */
    public static Check fault(String path) {
        if (!path.startsWith("/")) {
            // That of OPTIONS and CONNECT: it matches no route.
            return Check.PASSED;
        }
        return reason(path).map(reason -> Check.refused(GatewayError.client(400, "bad_path", "The path has " + reason
                + ", and another server could read it as another path. Spell it in its normal form."))).orElse(Check.PASSED);
    }

    private static Optional<String> reason(String path) {
        Optional<String> odd = oddCharacter(path);
        if (odd.isPresent()) {
            return odd;
        }
        String[] segments = path.substring(1).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            if (segments[i].equals(".") || segments[i].equals("..")) {
                return Optional.of("a dot segment");
            }
            if (segments[i].isEmpty() && i < segments.length - 1) {
                return Optional.of("an empty segment");
            }
        }
        if (path.length() > 1 && path.endsWith("/") && isRoute(path.substring(0, path.length() - 1).toLowerCase(Locale.ROOT))) {
            return Optional.of("a slash behind a route");
        }
        String lower = path.toLowerCase(Locale.ROOT);
        return !lower.equals(path) && !isRoute(path) && isRoute(lower) ? Optional.of("capital letters in a route") : Optional.empty();
    }

    private static boolean isRoute(String path) {
        return Route.of("GET", path).route() != Route.OTHER || Route.of("POST", path).route() != Route.OTHER;
    }

    private static Optional<String> oddCharacter(String path) {
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '\\' || c == ';' || c == '#') {
                return Optional.of("a '" + c + "'");
            }
            if (c <= ' ' || c > '~') {
                return Optional.of("a character that is to be percent-encoded");
            }
            if (c == '%') {
                int decoded = i + 2 < path.length() ? hex(path.charAt(i + 1)) << 4 | hex(path.charAt(i + 2)) : -1;
                if (decoded < 0) {
                    return Optional.of("a '%' that encodes nothing");
                }
                if (decoded <= ' ' && decoded != ' ' || decoded == 0x7F || isUnreserved((char) decoded)
                        || RESERVED_ENCODED.indexOf(decoded) >= 0) {
                    return Optional.of("a percent-encoded character that must not be encoded here");
                }
            }
        }
        return Optional.empty();
    }

    private static int hex(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    private static boolean isUnreserved(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || UNRESERVED.indexOf(c) >= 0;
    }
}
