package sluice.forward;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import sluice.api.Account;
import sluice.api.BodyEdit;
import sluice.api.BodyEdit.InputCorrection;
import sluice.api.JsonValue;
import sluice.api.RequestBody;
import sluice.json.JsonStrings;

/** The edits that an account's rules ask for. Stateless. */
final class BodyRules {
    private BodyRules() {
    }

    /**
     * The edits for one attempt.
     *
     * @param upstreamModel the model's name at the account; empty where the request names none
     * @param stripEncrypted whether encrypted reasoning must go
     */
    static List<BodyEdit> edits(Account account, RequestBody body, String model, String upstreamModel, boolean stripEncrypted) {
        boolean mapped = !upstreamModel.equals(model);
        if (!mapped && !stripEncrypted && plain(account.edits())) {
            return List.of();
        }
        List<BodyEdit> edits = new ArrayList<>();
        if (mapped) {
            edits.add(new BodyEdit.Put("model", JsonStrings.quote(upstreamModel)));
        }
        Set<InputCorrection> corrections = EnumSet.noneOf(InputCorrection.class);
        if (!account.edits().passthrough()) {
            account.edits().remove().forEach(path -> edits.add(new BodyEdit.Remove(path)));
            account.edits().set().forEach((path, json) -> edits.add(new BodyEdit.Put(path, json)));
            account.edits().replace().forEach((path, values) -> replace(body, path, values, edits));
            corrections.addAll(account.edits().input());
        }
        if (stripEncrypted) {
            corrections.add(InputCorrection.DROP_ENCRYPTED_REASONING);
        }
        if (!corrections.isEmpty()) {
            edits.add(new BodyEdit.CorrectInput(corrections));
        }
        return edits;
    }

    private static boolean plain(Account.Edits edits) {
        return edits.passthrough() || edits.remove().isEmpty() && edits.set().isEmpty() && edits.replace().isEmpty()
                && edits.input().isEmpty();
    }

    private static void replace(RequestBody body, String path, Map<String, String> values, List<BodyEdit> edits) {
        JsonValue value = body.at(path);
        if (value.kind() == JsonValue.Kind.STRING && values.containsKey(value.text())) {
            edits.add(new BodyEdit.Put(path, JsonStrings.quote(values.get(value.text()))));
        }
    }
}
