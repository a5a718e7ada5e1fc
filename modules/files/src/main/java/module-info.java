/** Files that outlive the process, and that two processes share while a restart hands over. Start at {@link sluice.files}. */
@SuppressWarnings("module") // the modules above it are compiled later
module sluice.files {
    exports sluice.files to sluice.clients, sluice.ledger, sluice.state;
}
