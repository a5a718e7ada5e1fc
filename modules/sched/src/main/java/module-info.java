/** The accounts of the process, and the policy that chooses among them. Start at {@link sluice.sched}. */
module sluice.sched {
    requires sluice.api;

    provides sluice.api.AccountScheduler.Factory with sluice.sched.AccountsFactory;
    provides sluice.api.SelectionPolicy.Factory with sluice.sched.LayeredFactory;
}
