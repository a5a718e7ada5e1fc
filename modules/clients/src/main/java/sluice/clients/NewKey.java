package sluice.clients;

import java.security.SecureRandom;
import java.util.Base64;
import sluice.config.KeyHash;

/**
 * A key that was just made. Its text is shown to whoever asked for it, and then there is only its hash.
 *
 * @param text what a client sends
 * @param hash what is kept of it
 */
public record NewKey(String text, KeyHash hash) {
    /** 192 random bits: nobody guesses them, and the key fits a line. */
    private static final int KEY_BYTES = 24;

    /** Makes one. */
    public static NewKey random(SecureRandom random) {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        String text = "sk-sluice-" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        return new NewKey(text, KeyHash.of(text));
    }

    /** Without its text. */
    @Override
    public String toString() {
        return "NewKey[" + hash + ']';
    }
}
