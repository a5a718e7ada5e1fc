/**
 * Request bodies: scanned once, edited by splice. Provides {@link sluice.api.BodyScanner} ({@code splice}) and exports
 * nothing. Start at {@link sluice.body}.
 */
module sluice.body {
    requires sluice.api;

    provides sluice.api.BodyScanner with sluice.body.SpliceScanner;
}
