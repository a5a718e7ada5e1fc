package sluice.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** The request bodies of real clients, whose long texts were replaced by their lengths, as long as they were. Stateless. */
final class Captures {
    private static final Path FILE = Path.of(System.getProperty("sluice.root"),
            "modules/body/src/test/resources/sluice/body/captured-bodies.json");
    private static final Pattern CUT = Pattern.compile("<text, (\\d+) char(?:s cut|acters)>");
    private static final String PROSE = "Run `rg --files` for \\\"all\\\"\\n\\u00e9 \u4f60\u597d \ud83d\ude00 ";

    private Captures() {
    }

    /** All of them by name. */
    static Map<String, String> all() throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        Map<String, String> bodies = new LinkedHashMap<>();
        for (JsonNode capture : mapper.readTree(FILE.toFile())) {
            String body = mapper.writeValueAsString(capture.get("body"));
            bodies.put(capture.get("name").asText(), CUT.matcher(body).replaceAll(cut ->
                    java.util.regex.Matcher.quoteReplacement(PROSE.repeat(Integer.parseInt(cut.group(1)) / 36 + 1))));
        }
        return bodies;
    }
}
