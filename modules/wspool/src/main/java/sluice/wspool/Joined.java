package sluice.wspool;

/** Whether a turn got a connection. */
sealed interface Joined permits Joined.Ready, AccountPool.Given.Refused, AccountPool.Given.Failed {
    /**
     * One to send on.
     *
     * @param reused whether it was open before, and so may have ended without our knowledge
     */
    record Ready(Carrier carrier, boolean reused, long connectNanos) implements Joined { }
}
