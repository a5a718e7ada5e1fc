package sluice.ops;

/**
 * The connection by which a request of the admin port has come; its server registers it in the request's context, if it wants to know.
 * Thread-safe.
 */
@FunctionalInterface
public interface AdminCaller {
    /** Whether the request under way has shown the token; told when it has, and when it is over. */
    void isOperator(boolean is);
}
