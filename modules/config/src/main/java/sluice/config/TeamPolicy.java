package sluice.config;

/**
 * What the clients of a team may use together: an element of {@code teams:}.
 *
 * @param name unique, for people, logs and metrics
 * @param quota how much
 */
public record TeamPolicy(String name, Quota quota) { }
