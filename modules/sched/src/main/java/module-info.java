/** The account scheduler. Start at {@link sluice.sched}. */
module sluice.sched {
    requires sluice.api;
    requires com.github.benmanes.caffeine;
}
