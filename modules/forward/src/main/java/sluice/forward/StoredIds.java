package sluice.forward;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import sluice.api.RequestBody;

/**
 * Finds the ids of what accounts keep (files, conversations, vector stores, containers and their like) in what a client sends, wherever
 * they stand and however JSON spells them: a body is read as it is written. Confined to one thread.
 */
final class StoredIds extends OutputStream {
    /** A request that names more would make us ask for each of them. */
    static final int MOST = 1000;
    private static final int LONGEST = 200;
    private static final String[] PREFIXES = {"file-", "file_", "cfile_", "conv_", "vs_", "cntr_", "batch_", "upload_", "resp_",
        "skill_", "video_", "voice_", "cons_", "char_", "asst_", "thread_", "eval_"};
    /** What comes first, as a set of bits by letter. */
    private static final int FIRST = bits("fcvbursate");
    /** What looks like an id in a path, though its kind is not known here. */
    private static final Pattern MADE = Pattern.compile("[a-z]+[-_][A-Za-z0-9]{16,}");

    private final Set<String> found = new LinkedHashSet<>();
    private final byte[] word = new byte[LONGEST];
    private int length;
    /** Hexadecimal digits that are still to come of an escaped character; -1: what is escaped comes next, 0: nothing is. */
    private int escape;
    private int escaped;

    private StoredIds() {
    }

    private static int bits(String letters) {
        return letters.chars().reduce(0, (all, letter) -> all | 1 << letter - 'a');
    }

    /** The ids in a body; more than {@link #MOST} of them are not looked for. */
    static Collection<String> in(RequestBody body) {
        StoredIds ids = new StoredIds();
        try {
            body.edited(List.of()).writeTo(ids);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ids.endWord();
        return ids.found;
    }

    /** The ids in the query of a request, which may be encoded. */
    static Collection<String> in(String query) {
        byte[] bytes = query.getBytes(StandardCharsets.ISO_8859_1);
        return inEncoded(bytes, bytes.length);
    }

    /** The ids in a text that may be percent-encoded, such as a form in one line. */
    static Collection<String> inEncoded(byte[] bytes, int length) {
        StoredIds ids = new StoredIds();
        for (int i = 0; i < length; i++) {
            boolean encoded = bytes[i] == '%' && i + 2 < length && Character.digit(bytes[i + 1], 16) >= 0
                    && Character.digit(bytes[i + 2], 16) >= 0;
            ids.character(encoded ? Character.digit(bytes[i + 1], 16) << 4 | Character.digit(bytes[i + 2], 16) : bytes[i] & 0xFF);
            i += encoded ? 2 : 0;
        }
        ids.endWord();
        return ids.found;
    }

    /** The segments of a normal path that are ids. */
    static List<String> inPath(String path) {
        List<String> ids = new ArrayList<>();
        for (String segment : path.split("/")) {
            if (isId(segment) || MADE.matcher(segment).matches()) {
                ids.add(segment);
            }
        }
        return ids;
    }

    private static boolean isId(String text) {
        for (String prefix : PREFIXES) {
            if (text.startsWith(prefix) && text.length() > prefix.length()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void write(int b) {
        take(b & 0xFF);
    }

    @Override
    public void write(byte[] source, int offset, int count) {
        for (int i = offset; i < offset + count; i++) {
            take(source[i] & 0xFF);
        }
    }

    private void take(int c) {
        if (escape == 0) {
            if (c == '\\') {
                escape = -1;
            } else {
                character(c);
            }
        } else if (escape < 0) {
            escape = c == 'u' ? 4 : 0;
            escaped = 0;
            if (escape == 0) {
                endWord();
            }
        } else {
            escaped = escaped << 4 | Character.digit(c, 16) & 0xF;
            if (--escape == 0) {
                character(escaped);
            }
        }
    }

    private void character(int c) {
        boolean part = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-';
        if (!part) {
            endWord();
        } else {
            if (length < LONGEST) {
                word[length] = (byte) c;
            }
            length++;
        }
    }

    private void endWord() {
        boolean begins = length > 3 && length <= LONGEST && word[0] >= 'a' && word[0] <= 'z' && (FIRST & 1 << word[0] - 'a') != 0;
        if (begins && found.size() <= MOST) {
            String text = new String(word, 0, length, StandardCharsets.US_ASCII);
            if (isId(text)) {
                found.add(text);
            }
        }
        length = 0;
    }
}
