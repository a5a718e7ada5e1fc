package sluice.responses;

/** The routes of the API. Each exists with and without {@code /v1}. */
public enum Route {
    CREATE("POST", "POST /v1/responses"),
    WEBSOCKET("GET", "GET /v1/responses"),
    COMPACT("POST", "POST /v1/responses/compact"),
    INPUT_TOKENS("POST", "POST /v1/responses/input_tokens"),
    RETRIEVE("GET", "GET /v1/responses/{id}"),
    DELETE("DELETE", "DELETE /v1/responses/{id}"),
    CANCEL("POST", "POST /v1/responses/{id}/cancel"),
    INPUT_ITEMS("GET", "GET /v1/responses/{id}/input_items"),
    MODELS("GET", "GET /v1/models"),
    MODEL("GET", "GET /v1/models/{id}"),
    /** Takes a model away that the account has made; nothing of the Responses API. */
    DELETE_MODEL("DELETE", "DELETE /v1/models/{id}"),
    HEALTH("GET", "GET /health"),
    /** A turn of a WebSocket connection; no path leads here. */
    TURN("", "WEBSOCKET /v1/responses"),
    /** A message of a WebSocket connection that asks for no answer of its own; no path leads here. */
    CONTROL("", "WEBSOCKET control"),
    /** Any other path: it is refused, or passed on as it is. */
    OTHER("", "other");

    private static final int MAX_ID = 256;

    private final String method;
    private final String label;

    Route(String method, String label) {
        this.method = method;
        this.label = label;
    }

    /** For logs and metrics. */
    public String label() {
        return label;
    }

    /** Whether an account is to do something new, and not to tell of what it keeps. */
    public boolean asksForWork() {
        return switch (this) {
            case CREATE, COMPACT, INPUT_TOKENS, TURN, DELETE_MODEL, OTHER -> true;
            case WEBSOCKET, RETRIEVE, DELETE, CANCEL, INPUT_ITEMS, MODELS, MODEL, HEALTH, CONTROL -> false;
        };
    }

    /**
     * Where a request goes.
     *
     * @param route the route
     * @param id the id in its path; empty where it has none
     * @param upstreamPath path below an account's base URL
     * @param allowed the methods that the path takes, if the request's is none of them; empty if it is
     */
    public record Target(Route route, String id, String upstreamPath, String allowed) { }

    /** Finds the route of a request. */
    public static Target of(String method, String path) {
        String rest = path.equals("/v1") || path.startsWith("/v1/") ? path.substring(3) : path;
        if (rest.equals("/responses")) {
            return method.equals("GET") ? new Target(WEBSOCKET, "", rest, "") : only(CREATE, method, "", rest, "GET, POST");
        }
        if (rest.startsWith("/responses/")) {
            return response(method, rest);
        }
        if (rest.equals("/models")) {
            return only(MODELS, method, "", rest, "GET");
        }
        if (rest.startsWith("/models/") && rest.length() > "/models/".length()) {
            String model = rest.substring("/models/".length());
            return method.equals("DELETE") ? new Target(DELETE_MODEL, model, rest, "") : only(MODEL, method, model, rest, "GET");
        }
        if (path.equals("/health") || path.equals("/health/live") || path.equals("/health/ready")) {
            return only(HEALTH, method, path.substring("/health".length()), path, "GET");
        }
        return new Target(OTHER, "", rest, "");
    }

    private static Target response(String method, String rest) {
        String[] parts = rest.substring("/responses/".length()).split("/", -1);
        if (parts.length == 1 && parts[0].equals("compact") && method.equals("POST")) {
            return new Target(COMPACT, "", rest, "");
        }
        if (parts.length == 1 && parts[0].equals("input_tokens") && method.equals("POST")) {
            return new Target(INPUT_TOKENS, "", rest, "");
        }
        if (parts.length > 2 || !isId(parts[0])) {
            return new Target(OTHER, "", rest, "");
        }
        if (parts.length == 1) {
            return method.equals("DELETE") ? new Target(DELETE, parts[0], rest, "")
                    : only(RETRIEVE, method, parts[0], rest, "GET, DELETE");
        }
        return switch (parts[1]) {
            case "cancel" -> only(CANCEL, method, parts[0], rest, "POST");
            case "input_items" -> only(INPUT_ITEMS, method, parts[0], rest, "GET");
            default -> new Target(OTHER, "", rest, "");
        };
    }

    private static Target only(Route route, String method, String id, String rest, String allowed) {
        boolean fits = route.method.equals(method) || method.equals("HEAD") && route.method.equals("GET");
        return new Target(route, id, rest, fits ? "" : allowed);
    }

    /** Letters, digits, hyphen and underscore: nothing that another reader of the path could take for something else. */
    private static boolean isId(String text) {
        if (text.isEmpty() || text.length() > MAX_ID) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean fits = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-';
            if (!fits) {
                return false;
            }
        }
        return true;
    }
}
