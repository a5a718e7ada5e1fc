/**
 * Who is at fault when an account fails, and what the client is told. An attempt that failed becomes a {@link Failure}: from an
 * answer's status and body ({@link UpstreamError}), from an event, from a message of a WebSocket, or from the way the call broke.
 * {@link FailureRules} is the one table that judges it; {@link FailureTable} prints that table. {@link RetryHints} reads how long
 * the account wants to be left alone. {@link FailedAttempt} keeps what is needed should no other account be found, and
 * {@link FailureAnswer} then decides the words for the client: status, type, code and time to wait.
 *
 * <p>Nothing here calls an account, writes to a client or keeps anything: all types are values or pure functions, and
 * thread-safe.
 */
package sluice.failures;
