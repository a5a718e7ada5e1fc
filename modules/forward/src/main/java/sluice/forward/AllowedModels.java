package sluice.forward;

import java.util.List;
import sluice.api.GatewayError;
import sluice.clients.Client;
import sluice.records.LogText;
import sluice.responses.Check;

/** Whether a key with a list of models may ask for what it asks for. An empty list allows all. Stateless. */
final class AllowedModels {
    private AllowedModels() {
    }

    /** Whether {@code model} may be asked for; an empty one asks for none. */
    static Check of(List<String> patterns, String model) {
        return model.isEmpty() || Client.mayUse(patterns, model) ? Check.PASSED
                : refused("This key may not use the model '" + LogText.cut(model) + "'; GET /v1/models lists what it may use.");
    }

    /** Whether the model may be left open; {@code why} says how it would be chosen. */
    static Check open(List<String> patterns, String why) {
        return patterns.isEmpty() ? Check.PASSED : refused("This key may use some models only, and " + why + ".");
    }

    private static Check refused(String message) {
        return Check.refused(GatewayError.client(403, "model_not_allowed", message).withParam("model"));
    }
}
