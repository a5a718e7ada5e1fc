/** What outlives a request: sessions, owners, rests, sums, in this process and in a file. Start at {@link sluice.state}. */
module sluice.state {
    requires sluice.api;
    requires sluice.files;
    requires com.github.benmanes.caffeine;

    provides sluice.api.SharedState.Factory with sluice.state.LocalStateFactory;
}
