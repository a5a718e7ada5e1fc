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
        EventJson event = new EventJson();
        List<Span> models = List.of();
        if (names.mapped()) {
            event.markModels();
            ModelGate model = new ModelGate(names);
            models = new ArrayList<>();
            for (int at = from; at < to;) {
                at = event.feed(json, at, to);
                if (event.signal() == EventJson.Signal.MODEL && model.isUpstream(json, event.modelFrom(), at)) {
                    models.add(new Span(event.modelFrom(), at));
                }
            }
        } else {
            event.feed(json, from, to);
        }
        EventValues found = event.found();
        EventType type = found.type();
        Kind kind = type.kind();
        return new EventFacts(type.text().isEmpty() ? found.typeText() : type.text(), kind,
                kind.terminal() ? found.usage() : TokenUsage.NONE, found.responseId(), found.conversationId(),
                found.streamId(), found.sequence(), kind == Kind.FAILED ? found.error() : StreamError.NONE, models);
    }
}
