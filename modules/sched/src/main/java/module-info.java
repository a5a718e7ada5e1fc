/** The account scheduler and its state store. Start at {@link sluice.sched}. */
module sluice.sched {
    requires sluice.api;
    requires com.github.benmanes.caffeine;

    provides sluice.api.AccountScheduler.Factory with sluice.sched.AccountsFactory;
    provides sluice.api.SelectionPolicy.Factory with sluice.sched.LayeredFactory;
    provides sluice.api.StateStore.Factory with sluice.sched.LocalStateFactory;
}
