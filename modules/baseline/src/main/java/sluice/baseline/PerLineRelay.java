package sluice.baseline;

import sluice.api.ByteSource;
import sluice.api.ClientSink;
import sluice.api.EventRelay;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;

/**
 * Relays a stream line by line: a thread that reads lines into a queue, so that waiting for one can be timed; every event
 * parsed for its model and its usage; one write for each event. Thread-safe.
 */
public final class PerLineRelay implements EventRelay {
    /** The provider. */
    public PerLineRelay() {
        // stateless
    }

    @Override
    public String name() {
        return "per-line";
    }

    @Override
    public RelayOutcome relay(ByteSource source, ClientSink sink, RelayOptions options) {
        return new PerLineStream(source, sink, options, false).run();
    }

    @Override
    public RelayOutcome fold(ByteSource source, ClientSink sink, RelayOptions options) {
        return new PerLineStream(source, sink, options, true).run();
    }
}
