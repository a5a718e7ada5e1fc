package sluice.failures;

/**
 * What an account says itself, in a message that may repeat what the client has sent: errors like to quote the value that they do
 * not take, and a client must not be able to have an account say that it is at its limit. Stateless.
 */
final class OwnWords {
    private static final String OPENING = "'\"`\u2018\u201c\u00ab";
    private static final String CLOSING = "'\"`\u2019\u201d\u00bb";
    /** An error as Python prints it: its quotation marks belong to the notation. */
    private static final String PRINTED = "{'error'";

    private OwnWords() {
    }

    /** The message, of the same length, with spaces for what it quotes. A message that is one quotation is left as it is. */
    static String of(String message) {
        StringBuilder own = new StringBuilder(message);
        for (int at = 0; at < message.length() && !message.startsWith(PRINTED, at); at++) {
            int end = endOfQuotation(message, at);
            if (end > 0 && (at > 0 || end + 1 < message.length())) {
                for (int i = at + 1; i < end; i++) {
                    own.setCharAt(i, ' ');
                }
                at = end;
            }
        }
        return own.toString();
    }

    /** Where the quotation ends that begins here; -1 if none does. Apostrophes inside and behind words are none. */
    private static int endOfQuotation(String message, int from) {
        int kind = OPENING.indexOf(message.charAt(from));
        if (kind < 0 || isWord(message, from - 1)) {
            return -1;
        }
        char mark = CLOSING.charAt(kind);
        int end = message.indexOf(mark, from + 1);
        while (end >= 0 && isWord(message, end + 1)) {
            end = message.indexOf(mark, end + 1);
        }
        return end;
    }

    private static boolean isWord(String message, int at) {
        return at >= 0 && at < message.length() && Character.isLetterOrDigit(message.charAt(at));
    }
}
