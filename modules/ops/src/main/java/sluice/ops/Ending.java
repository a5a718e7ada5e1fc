package sluice.ops;

import java.util.List;
import java.util.Set;
import sluice.records.EndedRequest;

/** How a request ended, for whoever operates the gateway: what a client does wrong is no error of the gateway or of an account. */
enum Ending {
    /** It was answered. */
    GOOD,
    /** The client's own doing: a request that is wrong or not allowed, limits of its own, or it left. */
    REFUSED,
    /** The gateway or its accounts could not do it. */
    FAILED;

    /** Limits of clients. Any other 429 says that the accounts have nothing left. */
    private static final Set<String> LIMITS_OF_CLIENTS =
            Set.of("client_concurrency", "client_connections", "client_rate", "budget_exhausted");
    private static final int TOO_MANY_REQUESTS = 429;

    static Ending of(EndedRequest request) {
        int status = request.usage().status();
        String code = request.usage().errorCode();
        if (status >= 500) {
            return FAILED;
        }
        if (status == TOO_MANY_REQUESTS) {
            return LIMITS_OF_CLIENTS.contains(code) ? REFUSED : FAILED;
        }
        if (status >= 400) {
            return REFUSED;
        }
        return code.isEmpty() ? GOOD : ofBroken(request.failures(), code);
    }

    /** An answer that had begun. */
    private static Ending ofBroken(List<EndedRequest.FailedTry> failures, String code) {
        boolean clients = code.equals("client_gone") || !failures.isEmpty() && switch (failures.getLast().reason()) {
            case REQUEST, CLIENT_GONE -> true;
            case RATE_LIMITED, USAGE_LIMIT, QUOTA, UNAUTHORIZED, FORBIDDEN, MODEL_UNSERVED, ROUTE_UNSERVED, UPSTREAM, TRANSPORT,
                    UNREACHABLE -> false;
        };
        return clients ? REFUSED : FAILED;
    }
}
