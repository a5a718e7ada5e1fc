/** Request bodies: scanned once, edited by splice. Start at {@link sluice.body}. */
module sluice.body {
    requires sluice.api;
    requires com.fasterxml.jackson.core;
}
