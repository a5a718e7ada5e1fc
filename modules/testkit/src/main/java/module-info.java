/** What tests of several modules share; no part of the image. Start at {@link sluice.testkit}. */
module sluice.testkit {
    requires transitive sluice.api;

    exports sluice.testkit;
}
