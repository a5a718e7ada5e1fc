package sluice.responses;

import sluice.api.RelayOptions;
import sluice.json.JsonNames;
import sluice.json.JsonStrings;

/** Puts the client's name of a model in place of the upstream's. Thread-safe. */
public final class RestoredNames {
    private RestoredNames() {
    }

    /** The client's name as a string literal, UTF-8. */
    public static byte[] literal(RelayOptions.Names model) {
        return JsonNames.bytes(JsonStrings.quote(model.client()));
    }
}
