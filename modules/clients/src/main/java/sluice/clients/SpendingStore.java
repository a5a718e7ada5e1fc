package sluice.clients;

import sluice.records.RequestRecord;

/** Keeps what was spent, and what is under way, over restarts. Thread-safe; nothing here waits for a disk. */
public interface SpendingStore {
    /** Keeps nothing. */
    SpendingStore NOWHERE = new SpendingStore() {
        @Override
        public UnderWay admitted(RequestRecord record, Reservation reservation, Allowances allowances) {
            return UnderWay.UNKNOWN;
        }

        @Override
        public void changed(SpendingChange change) {
            // it is lost at a restart
        }
    };

    /** What is kept of one request while it is under way. Confined to the request's thread. */
    interface UnderWay {
        /** Nothing. */
        UnderWay UNKNOWN = new UnderWay() {
            @Override
            public void sent(RequestRecord record) {
                // nobody will ask
            }

            @Override
            public boolean ended(SpendingChange change) {
                return false;
            }
        };

        /** An account is asked to do the work: from now on somebody pays for it, whatever becomes of this process. */
        void sent(RequestRecord record);

        /** It has ended, and this is what it changes; false if that must be kept otherwise. */
        boolean ended(SpendingChange change);
    }

    /** A request may go on, and this is reserved for it. */
    UnderWay admitted(RequestRecord record, Reservation reservation, Allowances allowances);

    /** Something has changed that belongs to no request under way. */
    void changed(SpendingChange change);
}
