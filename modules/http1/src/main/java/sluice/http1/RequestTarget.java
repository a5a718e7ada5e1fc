package sluice.http1;

/** The forms of a request's target other than a path (RFC 9112 §3.2). Stateless. */
final class RequestTarget {
    private static final boolean[] AUTHORITY = new boolean[128];

    static {
        for (char c = '0'; c < 127; c++) {
            AUTHORITY[c] = c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
        }
        for (char c : "-._~%!$&'()*+;=:[]".toCharArray()) {
            AUTHORITY[c] = true;
        }
    }

    private RequestTarget() {
    }

    /** Whether {@code text} can be a host with an optional port: no user, no path, no list. */
    static boolean isAuthority(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= AUTHORITY.length || !AUTHORITY[c]) {
                return false;
            }
        }
        return true;
    }

    /**
     * Turns the absolute form into a path. Its authority must be the Host's: the design trusts Host to tell programs on this
     * machine from web pages, and two names would be two readings.
     *
     * @return the path; {@code *} of OPTIONS and the authority of CONNECT stay, for they match no route
     */
    static String inOriginForm(String method, String target, String host) throws FramingException {
        if (target.equals("*") && method.equals("OPTIONS") || method.equals("CONNECT") && isAuthority(target)) {
            return target;
        }
        int start = target.regionMatches(true, 0, "http://", 0, 7) ? 7
                : target.regionMatches(true, 0, "https://", 0, 8) ? 8 : 0;
        if (start == 0) {
            throw new FramingException("the request target is no path");
        }
        int end = start;
        while (end < target.length() && "/?".indexOf(target.charAt(end)) < 0) {
            end++;
        }
        if (!target.substring(start, end).equalsIgnoreCase(host)) {
            throw new FramingException("the request target and the Host name two hosts");
        }
        String path = target.substring(end);
        return path.startsWith("/") ? path : "/" + path;
    }
}
