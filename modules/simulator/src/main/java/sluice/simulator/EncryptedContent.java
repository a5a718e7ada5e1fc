package sluice.simulator;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Reasoning that only one organisation can read. Stateless. */
final class EncryptedContent {
    private static final String MARK = "sim-enc:";

    private EncryptedContent() {
    }

    static String of(String organization, String id) {
        return Base64.getEncoder().encodeToString(BodyOut.bytes(MARK + organization + ":" + id + "payload".repeat(16)));
    }

    /** Whether it was made here for another organisation. What was not made here passes: it may be a captured body. */
    static boolean isForeign(String content, String organization) {
        try {
            String clear = new String(Base64.getDecoder().decode(content), StandardCharsets.UTF_8);
            return clear.startsWith(MARK) && !clear.startsWith(MARK + organization + ":");
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
