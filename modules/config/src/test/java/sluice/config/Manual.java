package sluice.config;

import java.util.List;
import java.util.Map;

/** Writes the tables of {@code docs/configuration.md} from {@link Keys}. */
final class Manual {
    private static final Map<String, String> ABOUT = Map.ofEntries(
            Map.entry("server", "Where the gateway listens, and how it ends."),
            Map.entry("limits", "What the gateway takes. Everything has a maximum, so that memory has a ceiling."),
            Map.entry("clients", "Who may use the gateway: a list. Without clients it serves programs on this "
                    + "machine only, without keys."),
            Map.entry("accounts", "The upstream accounts: a list with at least one element."),
            Map.entry("scheduler", "How an account is chosen."),
            Map.entry("stream", "How answers are relayed, and the limits of calls to accounts."),
            Map.entry("failover", "When another account is tried, and how long a failed one rests."),
            Map.entry("websocket", "WebSocket connections, on both sides."),
            Map.entry("upstream", "How HTTP connections to accounts are kept."),
            Map.entry("modules", "Which provider serves each service; a jar in the image's `plugins/` folder can bring more."
                    + " A key that the chosen one does not hear is refused."),
            Map.entry("usage", "Where usage records go, and what tokens cost."),
            Map.entry("state", "What survives a restart."),
            Map.entry("log", "What is logged."));

    private Manual() {
    }

    /** All sections. */
    static String tables() {
        StringBuilder out = new StringBuilder();
        for (String section : Keys.SECTIONS) {
            out.append("\n## ").append(section).append("\n\n").append(ABOUT.get(section)).append("\n\n");
            out.append("| key | value | default | meaning |\n|---|---|---|---|\n");
            List<Key> keys = Keys.ALL.values().stream()
                    .filter(key -> key.path().split("[.\\[]")[0].equals(section)).toList();
            for (Key key : keys) {
                out.append("| `").append(key.path()).append("` | ").append(key.type().words()).append(" | ")
                        .append(fallback(key)).append(" | ").append(key.meaning())
                        .append(key.restart() ? " *(restart)*" : "").append(" |\n");
            }
        }
        return out.toString();
    }

    private static String fallback(Key key) {
        return key.required() ? "required" : key.fallback().isEmpty() ? "–" : '`' + key.fallback() + '`';
    }
}
