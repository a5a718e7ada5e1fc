package sluice.body;

import sluice.api.AnswerRelay;
import sluice.api.ByteSource;
import sluice.api.ClientSink;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;

/**
 * Passes a JSON answer on while it comes. What is ready at once, up to a buffer, goes out in one write. With
 * {@code first-output} the first write waits until it is known whether the answer is a failure. Thread-safe.
 */
public final class JsonRelay implements AnswerRelay {
    private final AnswerScans scans = new AnswerScans();

    /** For {@link java.util.ServiceLoader}. */
    public JsonRelay() {
    }

    @Override
    public String name() {
        return "streaming";
    }

    @Override
    public RelayOutcome relay(ByteSource source, ClientSink sink, RelayOptions options) {
        AnswerScan scan = scans.take();
        scan.begin(options.call().model(), options.call().identified()::made);
        try {
            return new AnswerPassage(scan, source, sink, options).relay();
        } finally {
            scans.give(scan);
        }
    }
}
