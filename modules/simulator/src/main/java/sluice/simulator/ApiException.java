package sluice.simulator;

import sluice.http1.RequestHead;

/** A request that the API refuses. */
final class ApiException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient ApiError error;

    ApiException(ApiError error) {
        super(error.message(), null, false, false);
        this.error = error;
    }

    /** There is nothing at the request's path for its method. */
    static ApiException unknownUrl(RequestHead head) {
        return new ApiException(ApiError.notFound("unknown_url", "Invalid URL (" + head.method() + " " + head.path() + ")"));
    }

    ApiError error() {
        return error;
    }
}
