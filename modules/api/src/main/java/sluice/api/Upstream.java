package sluice.api;

import java.util.List;

/** A way to call accounts. Thread-safe; {@link #send} runs on the request's thread and blocks. */
public interface Upstream extends AutoCloseable {
    /** Service: makes upstreams. */
    interface Factory extends Named {
        /** An upstream with no connections yet. */
        Upstream create(UpstreamSettings settings);
    }

    /** Sends a request and waits for the headers of the answer. 1xx answers are swallowed. */
    UpstreamResult send(UpstreamRequest request);

    /** The accounts that may be called from now on; connections to others are closed once they are idle. */
    void apply(List<Account> accounts);

    /** Closes all connections. */
    @Override
    void close();
}
