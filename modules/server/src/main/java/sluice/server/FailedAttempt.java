package sluice.server;

import java.time.Duration;
import sluice.api.Headers;

/**
 * What is left of a failed attempt: enough to answer the client with, should no other account be found.
 *
 * @param rule the row that judged it
 * @param account the account's name
 * @param status HTTP status; 0 if there was no answer
 * @param headers the answer's headers
 * @param body the answer's body; empty if it was not an answer
 * @param error what the answer or the event said
 * @param retryAfter how long the account asked to be left alone; zero if it did not
 * @param requestSent whether the account may have executed the request
 * @param detail for the log
 */
record FailedAttempt(FailureRules.Rule rule, String account, int status, Headers headers, byte[] body, UpstreamError error,
        Duration retryAfter, boolean requestSent, String detail) { }
