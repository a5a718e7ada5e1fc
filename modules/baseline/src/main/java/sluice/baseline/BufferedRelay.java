package sluice.baseline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import sluice.api.AnswerRelay;
import sluice.api.ByteSource;
import sluice.api.ClientGoneException;
import sluice.api.ClientSink;
import sluice.api.ModelNames;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.api.RelayOutcome.StreamError;
import sluice.api.RelayReport;
import sluice.api.SourceException;
import sluice.api.TokenUsage;

/** Reads a JSON answer whole, parses it into a tree, changes that and writes it anew. Thread-safe. */
public final class BufferedRelay implements AnswerRelay {
    private static final int CHUNK_BYTES = 8 * 1024;

    /** For {@link java.util.ServiceLoader}. */
    public BufferedRelay() {
    }

    @Override
    public String name() {
        return "buffered";
    }

    @Override
    public RelayOutcome relay(ByteSource source, ClientSink sink, RelayOptions options) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        RelayReport nothing = report(TreeScanner.MAPPER.missingNode(), whole.size(), 0);
        try {
            byte[] chunk = new byte[CHUNK_BYTES];
            for (int count = source.read(chunk, 0, CHUNK_BYTES); count >= 0; count = source.read(chunk, 0, CHUNK_BYTES)) {
                whole.write(chunk, 0, count);
            }
        } catch (IOException e) {
            return new RelayOutcome.BrokeOff(cause(e), String.valueOf(e.getMessage()), nothing);
        }
        byte[] bytes = whole.toByteArray();
        JsonNode root = parse(bytes);
        if (options.model().mapped() && root instanceof ObjectNode object && restore(object, options.model())) {
            bytes = write(object);
        }
        RelayReport read = report(root, whole.size(), 0);
        if (!read.error().equals(StreamError.NONE) && options.refusable().test(read.error())) {
            return new RelayOutcome.RefusedBeforeOutput(read.error(), read);
        }
        return write(sink, bytes, root, whole.size(), options);
    }

    private static RelayOutcome write(ClientSink sink, byte[] bytes, JsonNode root, int bytesIn, RelayOptions options) {
        try {
            RelayReport told = report(root, bytesIn, 0);
            options.identified().identified(told.responseId(), told.conversationId());
            if (bytes.length > 0) {
                sink.write(bytes, 0, bytes.length, false);
            }
            return new RelayOutcome.Completed(report(root, bytesIn, bytes.length));
        } catch (ClientGoneException e) {
            RelayOutcome.Cause cause = e.stalled() ? RelayOutcome.Cause.CLIENT_STALLED : RelayOutcome.Cause.CLIENT_GONE;
            return new RelayOutcome.BrokeOff(cause, String.valueOf(e.getMessage()), report(root, bytesIn, 0));
        }
    }

    private static RelayOutcome.Cause cause(IOException failure) {
        return failure instanceof SourceException source ? switch (source.how()) {
            case CUT -> RelayOutcome.Cause.UPSTREAM_CUT;
            case IDLE -> RelayOutcome.Cause.UPSTREAM_IDLE;
            case FRAMING -> RelayOutcome.Cause.UPSTREAM_FRAMING;
            case CANCELLED -> RelayOutcome.Cause.CANCELLED;
        } : RelayOutcome.Cause.UPSTREAM_CUT;
    }

    private static JsonNode parse(byte[] bytes) {
        try {
            return TreeScanner.MAPPER.readTree(bytes);
        } catch (IOException e) {
            return TreeScanner.MAPPER.missingNode();
        }
    }

    private static byte[] write(ObjectNode object) {
        try {
            return TreeScanner.MAPPER.writeValueAsBytes(object);
        } catch (IOException e) {
            throw new UncheckedIOException("a tree that was read can be written", e);
        }
    }

    private static boolean restore(ObjectNode object, ModelNames names) {
        boolean restored = restoreIn(object, names);
        return object.path("response") instanceof ObjectNode response && restoreIn(response, names) || restored;
    }

    private static boolean restoreIn(ObjectNode object, ModelNames names) {
        if (object.path("model").isTextual() && names.isUpstream(object.path("model").textValue())) {
            object.put("model", names.client());
            return true;
        }
        return false;
    }

    private static RelayReport report(JsonNode root, int bytesIn, int bytesOut) {
        JsonNode response = root.path("response").isObject() ? root.path("response") : root;
        JsonNode usage = response.path("usage");
        TokenUsage tokens = usage.isObject() ? TokenUsage.told(usage.path("input_tokens").asLong(),
                usage.path("input_tokens_details").path("cached_tokens").asLong(), usage.path("output_tokens").asLong(),
                usage.path("output_tokens_details").path("reasoning_tokens").asLong()) : TokenUsage.NONE;
        JsonNode error = response.path("error");
        StreamError streamError = error.isObject() ? new StreamError(0, error.path("code").asText(""),
                error.path("type").asText(""), error.path("message").asText("")) : StreamError.NONE;
        int flushes = bytesOut > 0 ? 1 : 0;
        return new RelayReport(tokens, response.path("id").asText(""), response.path("conversation").path("id").asText(""), "",
                streamError, flushes > 0, 0, 0, 0, flushes, bytesIn, bytesOut, 0, 0);
    }
}
