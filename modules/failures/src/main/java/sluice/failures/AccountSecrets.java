package sluice.failures;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import sluice.api.Account;

/**
 * What an account shows to be let in: its key, and the values of its own headers. Upstreams like to repeat it in what they say of it;
 * neither clients nor the log nor operations may see it. Immutable and thread-safe.
 */
public final class AccountSecrets {
    /** Shorter texts are no secrets, and would be found in anything. */
    private static final int MIN_CHARS = 8;

    private final List<String> secrets;

    /** Those of {@code account}. */
    public AccountSecrets(Account account) {
        secrets = Stream.concat(Stream.of(account.endpoint().apiKey().reveal()), account.endpoint().headers().values().stream())
                .filter(secret -> secret.length() >= MIN_CHARS).toList();
    }

    /** The text with a star in place of each of their characters. Give it whole: of a text that was cut, half a secret may be left. */
    public String hiddenIn(String text) {
        String hidden = text;
        for (String secret : secrets) {
            if (hidden.contains(secret)) {
                hidden = hidden.replace(secret, "*".repeat(secret.length()));
            }
        }
        return hidden;
    }

    /** The same of a body. */
    byte[] hiddenIn(byte[] body) {
        String text = new String(body, StandardCharsets.ISO_8859_1);
        String hidden = hiddenIn(text);
        return hidden.equals(text) ? body : hidden.getBytes(StandardCharsets.ISO_8859_1);
    }
}
