package sluice.clients;

/** Keeps what was spent, and what is pending, over restarts. Thread-safe; nothing here waits for a disk. */
public interface SpendingStore {
    /** Keeps nothing. */
    SpendingStore NOWHERE = new SpendingStore() {
        @Override
        public void changed() {
            // it is lost at a restart
        }

        @Override
        public void added(Pending pending) {
            // it is lost at a restart
        }

        @Override
        public void done(Pending pending) {
            // it was never kept
        }
    };

    /** Somebody has spent something. */
    void changed();

    /** Background work was accepted. */
    void added(Pending pending);

    /** Its usage is charged. */
    void done(Pending pending);
}
