package sluice.ops;

import java.util.List;
import sluice.api.Decision;
import sluice.api.GatewayError;

/** What would become of a request. */
public sealed interface Explanation {
    /**
     * An account would be asked, or none could.
     *
     * @param decision which account, and why
     * @param sessionSource what names its session, or stands for it; empty without a session
     * @param upstreamModel the model's name there; empty if there is none
     * @param edits what would be changed in the body
     */
    record Explained(Decision decision, String sessionSource, String upstreamModel, List<String> edits) implements Explanation {
        /** Copies the list. */
        public Explained {
            edits = List.copyOf(edits);
        }
    }

    /** The request would be refused. */
    record Refused(GatewayError error) implements Explanation { }
}
