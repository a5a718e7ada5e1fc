package sluice.responses;

import java.util.Optional;
import sluice.api.GatewayError;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome.Cause;

/** What a client is told of a stream that broke behind its first byte. Thread-safe. */
public final class BrokenStream {
    private BrokenStream() {
    }

    /** The error for the stream's last event; empty if there is nobody to be told. */
    public static Optional<GatewayError> told(Cause cause, RelayOptions options) {
        return switch (cause) {
            case CANCELLED -> options.call().cancelled().get();
            case CLIENT_GONE, CLIENT_STALLED -> Optional.empty();
            case FIRST_OUTPUT_TIMEOUT -> Optional.of(GatewayError.upstream(504, "first_output_timeout",
                    "The upstream produced no output in time."));
            case NO_ROOM -> Optional.of(GatewayError.noRoomForAnswer());
            case UPSTREAM_CUT, UPSTREAM_IDLE, UPSTREAM_FRAMING, NO_ANSWER -> Optional.of(GatewayError.upstream(502,
                    "upstream_stream_broken", "The upstream's stream broke before its end."));
        };
    }
}
