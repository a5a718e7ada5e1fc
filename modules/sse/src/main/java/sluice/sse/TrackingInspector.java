package sluice.sse;

import java.util.ArrayList;
import java.util.List;
import sluice.api.EventFacts;
import sluice.api.EventFacts.Kind;
import sluice.api.EventFacts.Span;
import sluice.api.EventInspector;
import sluice.api.ModelNames;
import sluice.api.RelayOutcome.StreamError;
import sluice.api.TokenUsage;
import sluice.json.JsonReader;
import sluice.json.JsonReader.Stop;
import sluice.responses.AnswerFacts;
import sluice.responses.AnswerTree;
import sluice.responses.EventType;
import sluice.responses.Fact;
import sluice.responses.ModelGate;

/** Inspects events by one pass that skips what nobody asks for. Thread-safe. */
public final class TrackingInspector implements EventInspector {
    /** The provider. */
    public TrackingInspector() {
        // stateless
    }

    @Override
    public String name() {
        return "tracking";
    }

    @Override
    public EventFacts inspect(byte[] json, int from, int to, ModelNames names) {
        AnswerFacts found = new AnswerFacts();
        JsonReader<Fact> event = new JsonReader<>(AnswerTree.EVENT, found);
        List<Span> models = List.of();
        if (names.mapped()) {
            event.mark(AnswerTree.MODEL);
            ModelGate model = new ModelGate(names);
            models = new ArrayList<>();
            for (int at = from; at < to;) {
                at = event.feed(json, at, to);
                if (event.stop() == Stop.LITERAL && model.isUpstream(json, event.literalFrom(), at)) {
                    models.add(new Span(event.literalFrom(), at));
                }
            }
        } else {
            event.feed(json, from, to);
        }
        EventType type = found.type();
        Kind kind = type.kind();
        return new EventFacts(type.text().isEmpty() ? found.typeText() : type.text(), kind,
                new EventFacts.Belongs(found.responseId(), found.conversationId(), found.streamId(), found.sequence()),
                new EventFacts.Ended(kind.terminal() ? found.usage() : TokenUsage.NONE,
                        kind == Kind.FAILED ? found.error() : StreamError.NONE), models);
    }
}
