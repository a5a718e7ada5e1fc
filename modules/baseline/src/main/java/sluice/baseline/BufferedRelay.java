package sluice.baseline;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import sluice.api.AnswerRelay;
import sluice.api.ByteSource;
import sluice.api.ClientSink;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.api.RelayOutcome.StreamError;
import sluice.api.TokenUsage;
import sluice.json.JsonReader;
import sluice.responses.AnswerFacts;
import sluice.responses.AnswerTree;
import sluice.responses.Fact;
import sluice.responses.RestoredNames;

/** Reads a JSON answer whole, parses it into a tree, and writes it with the model's name changed. Thread-safe. */
public final class BufferedRelay implements AnswerRelay {
    private static final int CHUNK_BYTES = 8 * 1024;

    /** How much was read, and how much of it was text of the output. */
    private record Read(long bytes, long textBytes) {
        private static final Read NOTHING = new Read(0, 0);
    }

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
        RelayOutcome.Report nothing = report(TreeScanner.MAPPER.missingNode(), Read.NOTHING, 0);
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
        Read size = new Read(bytes.length, text(bytes, options.call().ending()));
        RelayOutcome.Report read = report(root, size, 0);
        if (!root.isObject() && !mayBeAnything(options, bytes.length)) {
            return new RelayOutcome.BrokeOff(RelayOutcome.Cause.NO_ANSWER, "no JSON object", read);
        }
        if (options.call().model().mapped()) {
            bytes = restored(bytes, options.call().model());
        }
        if (!read.error().equals(StreamError.NONE) && options.call().mayMoveOn().test(read.error())) {
            return new RelayOutcome.RefusedBeforeOutput(read.error(), read);
        }
        return write(sink, bytes, root, size, options);
    }

    private static RelayOutcome write(ClientSink sink, byte[] bytes, JsonNode root, Read read, RelayOptions options) {
        try {
            RelayOutcome.Report told = report(root, read, 0);
            options.call().identified().identified(told.responseId(), told.conversationId());
            options.call().identified().ends(told);
            if (bytes.length > 0) {
                sink.write(bytes, 0, bytes.length, false);
            }
            return new RelayOutcome.Completed(report(root, read, bytes.length));
        } catch (ClientSink.Gone e) {
            return RelayOutcome.BrokeOff.of(e, report(root, read, 0));
        }
    }

    /** How much text there is in the output. */
    private static long text(byte[] bytes, RelayOptions.Ending ending) {
        AnswerFacts facts = new AnswerFacts();
        JsonReader<Fact> json = new JsonReader<>(AnswerTree.ANSWER, facts);
        for (int at = 0; at < bytes.length;) {
            at = json.feed(bytes, at, bytes.length);
        }
        return facts.textBytes(bytes.length, ending);
    }

    private static RelayOutcome.Cause cause(IOException failure) {
        return failure instanceof ByteSource.Broken source ? RelayOutcome.Cause.of(source) : RelayOutcome.Cause.UPSTREAM_CUT;
    }

    private static JsonNode parse(byte[] bytes) {
        try {
            return TreeScanner.MAPPER.readTree(bytes);
        } catch (IOException e) {
            return TreeScanner.MAPPER.missingNode();
        }
    }

    private static boolean mayBeAnything(RelayOptions options, int length) {
        return options.call().ending() == RelayOptions.Ending.ANY
                || options.call().ending() == RelayOptions.Ending.TERMINAL_EVENT_OR_NOTHING && length == 0;
    }

    /** The bytes with the client's name in place of the upstream's: the tree only says where it stands. */
    private static byte[] restored(byte[] bytes, RelayOptions.Names names) {
        byte[] literal = RestoredNames.literal(names);
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + literal.length);
        int at = 0;
        for (int[] span : ParsedEvent.modelSpans(bytes, names)) {
            out.write(bytes, at, span[0] - at);
            out.writeBytes(literal);
            at = span[1];
        }
        out.write(bytes, at, bytes.length - at);
        return out.toByteArray();
    }

    private static RelayOutcome.Report report(JsonNode root, Read read, int bytesOut) {
        JsonNode response = root.path("response").isObject() ? root.path("response") : root;
        JsonNode usage = response.path("usage");
        TokenUsage tokens = usage.isObject() ? ParsedEvent.usage(usage) : TokenUsage.NONE;
        JsonNode error = response.path("error");
        boolean onlyError = !response.path("id").isTextual() && (root.has("detail") || root.has("code") || root.has("message"));
        StreamError streamError = error.isObject() || onlyError ? ParsedEvent.error(response, 0) : StreamError.NONE;
        JsonNode conversation = response.path("conversation");
        return new RelayOutcome.Report(new RelayOutcome.Report.Ids(response.path("id").asText(""),
                conversation.isTextual() ? conversation.asText() : conversation.path("id").asText("")),
                new RelayOutcome.Report.Ended("", streamError, tokens, response.path("service_tier").isTextual()
                        ? response.path("service_tier").asText() : ""),
                RelayOutcome.Report.Counts.of(bytesOut > 0 ? 1 : 0, read.bytes(), bytesOut, read.textBytes()), 0, 0);
    }
}
