package sluice.baseline;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import sluice.api.BodyScanner;
import sluice.api.BodyScanner.Scan;
import sluice.api.RequestBody.Field;

/** Parses a body into a tree of nodes. Thread-safe. */
public final class TreeScanner implements BodyScanner {
    /** Jackson, no stricter than RFC 8259, and with numbers kept as they are spelled. */
    static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE).maxNameLength(Integer.MAX_VALUE).build())
            .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /** For {@link java.util.ServiceLoader}. */
    public TreeScanner() {
    }

    @Override
    public String name() {
        return "tree";
    }

    @Override
    public Scan scan(byte[] buffer, int from, int to) {
        try {
            JsonNode root = MAPPER.readTree(buffer, from, to - from);
            if (!(root instanceof ObjectNode object)) {
                return new Scan.Malformed(0, "expected an object");
            }
            return new Scan.Valid(new TreeBody(buffer, from, to, object, repeated(buffer, from, to)));
        } catch (JsonProcessingException e) {
            long offset = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getByteOffset());
            return new Scan.Malformed((int) Math.min(offset, to - from), "not JSON");
        } catch (IOException e) {
            return new Scan.Malformed(0, "not JSON");
        }
    }

    /** A tree forgets duplicates, so the members are read once more. */
    private static Set<Field> repeated(byte[] buffer, int from, int to) throws IOException {
        Set<Field> seen = EnumSet.noneOf(Field.class);
        Set<Field> repeated = EnumSet.noneOf(Field.class);
        try (JsonParser parser = MAPPER.createParser(buffer, from, to - from)) {
            parser.nextToken();
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                for (Field field : Field.values()) {
                    if (field.key().equalsIgnoreCase(name) && (!seen.add(field) || !field.key().equals(name))) {
                        repeated.add(field);
                    }
                }
                parser.nextToken();
                parser.skipChildren();
            }
        }
        return repeated;
    }
}
