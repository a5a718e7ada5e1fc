package sluice.api;

/**
 * One call to an account.
 *
 * @param account whom to call
 * @param method HTTP method
 * @param target path after the account's base URL, with the query, such as {@code /responses?a=b}
 * @param headers everything to send but {@code Host}, {@code Content-Length} and {@code Authorization}, which the upstream adds
 * @param body what to send
 * @param headersNanos longest wait for the answer's headers after the request is out; 0: none
 * @param idleNanos longest silence within the answer; 0: none
 * @param client the client's name: connections with state are not shared between clients
 * @param sessionKey the session's key, 0 without one
 * @param cancellation ends the call from another thread
 * @param mayRunTwice whether it may be sent again although the account may have executed it
 */
public record UpstreamRequest(Account account, String method, String target, Headers headers, OutboundBody body,
        long headersNanos, long idleNanos, String client, long sessionKey, Cancellation cancellation, boolean mayRunTwice) {
    private static final String RESPONSES = "/responses";

    /** A request that may run twice, as one that only reads. */
    public UpstreamRequest(Account account, String method, String target, Headers headers, OutboundBody body,
            long headersNanos, long idleNanos, String client, long sessionKey, Cancellation cancellation) {
        this(account, method, target, headers, body, headersNanos, idleNanos, client, sessionKey, cancellation, true);
    }

    /** Whether it makes a response, and so is the one request that can go over a WebSocket. */
    public boolean makesResponse() {
        return method.equals("POST") && target.startsWith(RESPONSES)
                && (target.length() == RESPONSES.length() || target.charAt(RESPONSES.length()) == '?');
    }

    /** The target with what the account adds to the query of each call. */
    public String wholeTarget() {
        return withQuery(account, target);
    }

    /** {@code target} with what {@code account} adds to the query of each call, in the place of what has the same name there. */
    public static String withQuery(Account account, String target) {
        String query = account.endpoint().baseUrl().getRawQuery();
        if (query == null) {
            return target;
        }
        int mark = target.indexOf('?');
        if (mark < 0) {
            return target + '?' + query;
        }
        StringBuilder out = new StringBuilder(target.substring(0, mark + 1));
        for (String pair : target.substring(mark + 1).split("&")) {
            if (!pair.isEmpty() && !has(query, nameOf(pair))) {
                out.append(pair).append('&');
            }
        }
        return out.append(query).toString();
    }

    private static boolean has(String query, String name) {
        for (String pair : query.split("&")) {
            if (nameOf(pair).equals(name)) {
                return true;
            }
        }
        return false;
    }

    private static String nameOf(String pair) {
        int equals = pair.indexOf('=');
        return equals < 0 ? pair : pair.substring(0, equals);
    }
}
