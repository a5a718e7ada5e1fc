package sluice.body;

import java.util.function.Consumer;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome.StreamError;
import sluice.api.TokenUsage;
import sluice.json.JsonReader;
import sluice.json.JsonReader.Stop;
import sluice.responses.AnswerFacts;
import sluice.responses.AnswerTree;
import sluice.responses.Fact;
import sluice.responses.ModelGate;

/**
 * Follows a JSON answer through a buffer that is filled piece by piece, reads what {@link AnswerTree} names, and puts the
 * model's name back in the buffer itself. It does not judge: what is not JSON is passed over.
 *
 * <p>Memory does not depend on the answer. Confined to one thread, and used again for other answers.
 */
final class AnswerScan {
    /** Most bytes that are read before they are written: larger pieces would leave the processor's caches in between. */
    static final int READ_BYTES = 64 * 1024;
    /** Room for a longer name of the model, so that it can be put in place without a further write. */
    private static final int SPARE_BYTES = 1024;

    private static final byte[] NO_PATCH = {};

    /** The bytes that are read, followed and written. */
    final byte[] buffer = new byte[READ_BYTES + SPARE_BYTES];

    private Consumer<String> items = item -> { };
    private final AnswerFacts facts = new AnswerFacts(item -> items.accept(item));
    private final JsonReader<Fact> json = new JsonReader<>(AnswerTree.ANSWER, facts);
    private ModelGate model = ModelGate.of(RelayOptions.Names.SAME);

    private byte[] patch = NO_PATCH;
    private int patchFrom;
    private int patchTo;

    /** Begins a new answer, whose items {@code made} hears of. */
    void begin(RelayOptions.Names names, Consumer<String> made) {
        model = ModelGate.of(names);
        items = made;
        patch = NO_PATCH;
        facts.reset();
        json.reset();
        if (model.active()) {
            json.mark(AnswerTree.MODEL);
        }
    }

    /**
     * Follows {@code buffer[from, to)}, and puts the model's name back where it is.
     *
     * @return the end of the bytes in the buffer now
     */
    int follow(int from, int to) {
        int at = from;
        int end = to;
        while (at < end && patch.length == 0) {
            at = json.feed(buffer, at, end);
            if (json.stop() == Stop.LITERAL && json.literalFrom() >= 0 && model.isUpstream(buffer, json.literalFrom(), at)) {
                int newEnd = restore(json.literalFrom(), at, end);
                at += newEnd - end;
                end = newEnd;
            }
        }
        if (json.literalFrom() >= 0 && end - json.literalFrom() > model.maxLiteralBytes()) {
            json.forgetLiteral();
        }
        return end;
    }

    /** Restores no name any more, for nobody will see it. */
    void withoutModel() {
        model = ModelGate.of(RelayOptions.Names.SAME);
        json.forgetLiteral();
        patch = NO_PATCH;
    }

    /** Up to where the buffer may be written: not beyond the start of a model's name that is not complete. */
    int writable(int end) {
        return json.inLiteral() && json.literalFrom() >= 0 ? json.literalFrom() : end;
    }

    /** The bytes before {@code count} are written, and the others have moved to the start of the buffer. */
    void moved(int count) {
        json.moved(-count);
    }

    private int restore(int from, int after, int end) {
        byte[] name = model.clientLiteral();
        int newEnd = end + name.length - (after - from);
        if (newEnd > buffer.length) {
            patch = name;
            patchFrom = from;
            patchTo = after;
            return end;
        }
        System.arraycopy(buffer, after, buffer, from + name.length, end - after);
        System.arraycopy(name, 0, buffer, from, name.length);
        return newEnd;
    }

    /** A name for which the buffer has no room, to be written between what is around it; empty if there is none. */
    byte[] patch() {
        return patch;
    }

    /** The first byte that {@link #patch} replaces. */
    int patchFrom() {
        return patchFrom;
    }

    /** The end of the bytes that {@link #patch} replaces. */
    int patchTo() {
        return patchTo;
    }

    /** The patch is written. */
    void patched() {
        patch = NO_PATCH;
    }

    /** What was counted; {@link TokenUsage#NONE} if nothing was. */
    String serviceTier() {
        return facts.serviceTier();
    }

    TokenUsage usage() {
        return facts.usage();
    }

    /** How much of {@code bytes} is text of the output. */
    long textBytes(long bytes, RelayOptions.Ending ending) {
        return facts.textBytes(bytes, ending);
    }

    /** Whether it is known by now if the answer is a failure; what is no JSON object is none. */
    boolean settled() {
        return facts.settled() || json.ended();
    }

    /** Whether the answer began with an object. */
    boolean isObject() {
        return json.isObject();
    }

    /** Whether the answer is an object that is whole. */
    boolean whole() {
        return json.isObject() && json.ended();
    }

    /** The error; {@link StreamError#NONE} if there was none. */
    StreamError error() {
        return facts.failed() || facts.saysOnlyError() ? facts.error() : StreamError.NONE;
    }

    /** Whether it tells an error, as far as it is known. */
    boolean tellsError() {
        return !error().equals(StreamError.NONE);
    }

    String id() {
        return facts.responseId();
    }

    String conversationId() {
        return facts.conversationId();
    }
}
