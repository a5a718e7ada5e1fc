package sluice.sse;

import sluice.api.ByteSource;
import sluice.api.ClientSink;
import sluice.api.EventRelay;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;

/**
 * Relays bytes as they are through one small buffer, with few writes: the first event at once, then whatever is complete when
 * nothing more is here, or when the buffer is full. Thread-safe.
 */
public final class BatchingRelay implements EventRelay {
    private final boolean gated;

    /** The provider. */
    public BatchingRelay() {
        this(true);
    }

    private BatchingRelay(boolean gated) {
        this.gated = gated;
    }

    /** Without gates every event is parsed, which must change nothing but the time: for tests and benchmarks. */
    public static BatchingRelay ungated() {
        return new BatchingRelay(false);
    }

    @Override
    public String name() {
        return "batching";
    }

    @Override
    public RelayOutcome relay(ByteSource source, ClientSink sink, RelayOptions options) {
        return new StreamRelay(source, sink, options, gated).run();
    }

    @Override
    public RelayOutcome fold(ByteSource source, ClientSink sink, RelayOptions options) {
        return new FoldRelay(source, sink, options).run();
    }
}
