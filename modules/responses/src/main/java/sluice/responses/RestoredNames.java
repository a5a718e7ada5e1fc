package sluice.responses;

import java.util.List;
import sluice.api.EventFacts;
import sluice.api.EventFacts.Span;
import sluice.api.ModelNames;
import sluice.json.JsonNames;
import sluice.json.JsonStrings;

/** Puts the client's name of a model in place of the upstream's. Thread-safe. */
public final class RestoredNames {
    private RestoredNames() {
    }

    /** The client's name as a string literal, UTF-8. */
    public static byte[] literal(ModelNames model) {
        return JsonNames.bytes(JsonStrings.quote(model.client()));
    }

    /** A copy of {@code json[from, to)} with {@link ModelNames#client()} at every place in {@link EventFacts#models}. */
    public static byte[] copy(EventFacts facts, byte[] json, int from, int to, ModelNames model) {
        byte[] name = literal(model);
        List<Span> models = facts.models();
        int length = to - from;
        for (Span span : models) {
            length += name.length - (span.to() - span.from());
        }
        byte[] copy = new byte[length];
        int at = from;
        int out = 0;
        for (Span span : models) {
            System.arraycopy(json, at, copy, out, span.from() - at);
            out += span.from() - at;
            System.arraycopy(name, 0, copy, out, name.length);
            out += name.length;
            at = span.to();
        }
        System.arraycopy(json, at, copy, out, to - at);
        return copy;
    }
}
