package sluice.body;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import sluice.api.BodyScanner;

/**
 * The verdict of Jackson's parser, which is strict by default, and where Sluice's differs from it:
 *
 * <ul>
 *   <li>Bytes that are not UTF-8. Jackson takes encoded surrogates ({@code ED A0 80}), characters that are longer than needed
 *       ({@code E0 80 80}) and ones above U+10FFFF. RFC 8259 §8.1 demands UTF-8, and RFC 3629 §3 forbids all three: two
 *       readers could see different texts. {@link #accepts} adds the JDK's strict decoder to Jackson's verdict.
 *   <li>A byte order mark, UTF-16 and UTF-32. Jackson detects them by the first four bytes. RFC 8259 §8.1: JSON between
 *       systems is UTF-8, and a mark must not be added. {@link #accepts} refuses what would be
 *       taken for one of them.
 *   <li>A value that is not an object is JSON, but no request.
 *   <li>More than {@link MemberTable#MAX_MEMBERS} members of the body itself; RFC 8259 §9 allows limits.
 * </ul>
 *
 * <p>Both take escaped lone surrogates ({@code "\}{@code ud800"}), which RFC 8259 §8.2 calls unpredictable but legal, and both
 * take duplicates.
 */
final class StrictJackson {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES).disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(BodyScanner.MAX_DEPTH)
                    .maxNumberLength(Integer.MAX_VALUE).maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE).build())
            .build();

    private StrictJackson() {
    }

    /** Whether the bytes are one object, in UTF-8. */
    static boolean accepts(byte[] bytes, int length) {
        return isUtf8(bytes, length) && acceptsAlone(bytes, length);
    }

    /** Jackson's verdict alone. */
    static boolean acceptsAlone(byte[] bytes, int length) {
        try (JsonParser parser = FACTORY.createParser(bytes, 0, length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            int depth = 1;
            while (depth > 0) {
                JsonToken token = parser.nextToken();
                if (token == null) {
                    return false;
                }
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (token == JsonToken.VALUE_STRING) {
                    parser.getTextLength();
                }
            }
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isUtf8(byte[] bytes, int length) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length));
            for (int i = 0; i < Math.min(4, length); i++) {
                if (bytes[i] == 0 || bytes[0] == (byte) 0xEF) {
                    return false;
                }
            }
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
