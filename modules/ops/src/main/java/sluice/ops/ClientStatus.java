package sluice.ops;

/**
 * What a client uses at one moment.
 *
 * @param name the client
 * @param inFlight requests under way
 * @param concurrency most requests at a time; 0: no limit
 * @param requestsThisMinute requests of this minute
 * @param requestsPerMinute most requests of a minute; 0: no limit
 * @param tokensThisMinute tokens of this minute
 * @param tokensPerMinute most tokens of a minute; 0: no limit
 * @param tokensInAll tokens since the start
 */
public record ClientStatus(String name, int inFlight, int concurrency, long requestsThisMinute, int requestsPerMinute,
        long tokensThisMinute, long tokensPerMinute, long tokensInAll) { }
