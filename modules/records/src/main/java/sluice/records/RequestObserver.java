package sluice.records;

/** Is told of every request when it has ended: log, usage, metrics. Thread-safe; must not block. */
public interface RequestObserver {
    /** A request has ended; its record does not change any more. */
    void ended(RequestRecord record);
}
