package sluice.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import sluice.api.Secret;
import sluice.json.JsonStrings;

/**
 * What may stand at a key: how it is read, and how the manual and the schema call it.
 *
 * @param words for the manual
 * @param schema as JSON Schema, an object
 * @param shape how much of it is written
 * @param reader reads it
 */
record ValueType(String words, String schema, Shape shape, Reader reader) {
    /** How much of a value is written where it must be shown. */
    enum Shape {
        /** One text. */
        SCALAR,
        /** One text that must not be shown. */
        SECRET,
        /** A list of texts. */
        TEXTS,
        /** A table. */
        TABLE,
        /** A table whose values must not be shown. */
        SECRET_TABLE
    }

    /** Turns what stands in a file into a value. */
    @FunctionalInterface
    interface Reader {
        Object read(YamlNode node, ReadContext context) throws BadValue;
    }

    /** Turns a text into a value. */
    @FunctionalInterface
    private interface TextReader {
        Object read(String text, ReadContext context) throws BadValue;
    }

    /** Whether one text gives it. */
    boolean scalar() {
        return shape == Shape.SCALAR || shape == Shape.SECRET;
    }

    /** Whether it must not be shown. */
    boolean hidden() {
        return shape == Shape.SECRET || shape == Shape.SECRET_TABLE;
    }

    /** A text that is not empty: {@link String}. */
    static ValueType text() {
        return text(TextRule.ANY);
    }

    /** A text of a certain form: {@link String}. */
    static ValueType text(TextRule rule) {
        return scalar("text", "{\"type\":[\"string\",\"number\"]}", (text, context) -> {
            if (!rule.fits(text)) {
                throw new BadValue(rule.rule());
            }
            return text;
        });
    }

    /** A credential: {@link Secret}. */
    static ValueType secret() {
        return new ValueType("secret", "{\"type\":\"string\"}", Shape.SECRET,
                (node, context) -> {
                    String value = expand(node, context);
                    if (value.chars().anyMatch(c -> c < ' ' || c == 127)) {
                        throw new BadValue("must not contain line breaks or other control characters");
                    }
                    return new Secret(value);
                });
    }

    /** {@link Boolean}; YAML 1.1's words count, too. */
    static ValueType flag() {
        return scalar("true or false", "{\"enum\":[true,false,\"true\",\"false\",\"on\",\"off\",\"yes\",\"no\"]}",
                (text, context) -> switch (text.toLowerCase(Locale.ROOT)) {
                    case "true", "on", "yes" -> true;
                    case "false", "off", "no" -> false;
                    default -> throw new BadValue("must be true or false");
                });
    }

    /** A whole number: {@link Long}. */
    static ValueType whole(long min, long max) {
        String range = min + ".." + max;
        return scalar("whole number " + range, "{\"type\":\"integer\",\"minimum\":" + min + ",\"maximum\":" + max + "}",
                (text, context) -> {
                    try {
                        long value = Long.parseLong(text.replace("_", ""));
                        if (value >= min && value <= max) {
                            return value;
                        }
                    } catch (NumberFormatException e) {
                        // said below
                    }
                    throw new BadValue("must be a whole number in " + range);
                });
    }

    /** A number: {@link Double}. */
    static ValueType decimal(double min, double max) {
        String range = plain(min) + ".." + plain(max);
        return scalar("number " + range, "{\"type\":\"number\",\"minimum\":" + plain(min) + ",\"maximum\":" + plain(max) + "}",
                (text, context) -> {
                    try {
                        double value = Double.parseDouble(text);
                        if (value >= min && value <= max) {
                            return value;
                        }
                    } catch (NumberFormatException e) {
                        // said below
                    }
                    throw new BadValue("must be a number in " + range);
                });
    }

    private static String plain(double value) {
        return new java.math.BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
    }

    /** A {@link Duration}. */
    static ValueType duration(String min, String max) {
        return duration(min, max, false);
    }

    /** A {@link Duration}; {@code off} is zero. */
    static ValueType durationOrOff(String min, String max) {
        return duration(min, max, true);
    }

    private static ValueType duration(String min, String max, boolean off) {
        String range = min + ".." + max + (off ? " or off" : "");
        return scalar("duration " + range, "{\"type\":[\"string\",\"integer\"" + (off ? ",\"boolean\"" : "")
                + "],\"pattern\":\"^(" + (off ? "off|" : "") + "0|[0-9.]+ ?(ms|s|m|h|d))$\"}",
                (text, context) -> {
                    if (off && ("off".equalsIgnoreCase(text) || "false".equalsIgnoreCase(text))) {
                        return Duration.ZERO;
                    }
                    Duration value = Quantities.duration(text);
                    if (value.compareTo(Quantities.duration(min)) < 0 || value.compareTo(Quantities.duration(max)) > 0) {
                        throw new BadValue("must be in " + range);
                    }
                    return value;
                });
    }

    /** A size in bytes: {@link Long}. */
    static ValueType size(long min, long max) {
        return size(min, max, false);
    }

    /** A size in bytes, or a share of the heap: {@link Long}. */
    static ValueType sizeOrShare(long min, long max) {
        return size(min, max, true);
    }

    private static ValueType size(long min, long max, boolean share) {
        String range = Quantities.write(min) + ".." + Quantities.write(max);
        return scalar("size " + range + (share ? " or a percentage of the heap" : ""),
                "{\"type\":[\"string\",\"integer\"],\"pattern\":\"^[0-9.]+ ?(B|KiB|MiB|GiB" + (share ? "|%" : "") + ")?$\"}",
                (text, context) -> {
                    long value = share ? Quantities.bytesOrShare(text, context.heapBytes()) : Quantities.bytes(text);
                    if (value < min || value > max) {
                        throw new BadValue("must be in " + range);
                    }
                    return value;
                });
    }

    /** One of several words: {@link String}. Booleans of YAML 1.1 stand for {@code on} and {@code off}. */
    static ValueType choice(String... words) {
        List<String> all = List.of(words);
        boolean bool = all.contains("off");
        String schema = "{\"enum\":[\"" + String.join("\",\"", all) + "\"" + (bool ? ",true,false" : "") + "]}";
        return scalar(String.join(", ", all), schema,
                (text, context) -> {
                    String word = !bool ? text : switch (text.toLowerCase(Locale.ROOT)) {
                        case "true", "yes", "on" -> "on";
                        case "false", "no", "off" -> "off";
                        default -> text;
                    };
                    if (!all.contains(word)) {
                        throw new BadValue("must be one of " + String.join(", ", all));
                    }
                    return word;
                });
    }

    /** A path, from the configuration file's folder: {@link java.nio.file.Path}. */
    static ValueType file() {
        return scalar("file", "{\"type\":\"string\"}", (text, context) -> {
            try {
                return context.folder().resolve(text).normalize();
            } catch (java.nio.file.InvalidPathException e) {
                throw new BadValue("must be a file's path");
            }
        });
    }

    /** A moment, or the start of a day: {@link Instant}. */
    static ValueType moment() {
        return scalar("date or time", "{\"type\":\"string\"}", (text, context) -> {
            try {
                return text.length() == 10 ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                        : Instant.parse(text);
            } catch (DateTimeException e) {
                throw new BadValue("must be a date (2027-01-31) or a time (2027-01-31T18:00:00Z)");
            }
        });
    }

    /** An address: {@link URI}. */
    static ValueType uri(String... schemes) {
        List<String> all = List.of(schemes);
        return scalar("address (" + String.join(", ", all) + ")",
                "{\"type\":\"string\",\"pattern\":\"^(" + String.join("|", all) + ")://|\\\\$\\\\{\"}",
                (text, context) -> uri(text, all));
    }

    private static URI uri(String text, List<String> schemes) throws BadValue {
        try {
            URI uri = new URI(text);
            if (uri.getScheme() == null || !schemes.contains(uri.getScheme().toLowerCase(Locale.ROOT))) {
                throw new BadValue("must begin with " + String.join(":// or ", schemes) + "://");
            }
            if (uri.getHost() == null) {
                throw new BadValue("must name a host");
            }
            if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
                throw new BadValue("must not have a ? or a #");
            }
            if (uri.getPort() > 65_535 || uri.getPort() == 0) {
                throw new BadValue("must have a port in 1..65535");
            }
            return uri;
        } catch (URISyntaxException e) {
            throw new BadValue("must be an address such as " + schemes.getLast() + "://host/path");
        }
    }

    /** Texts of a certain form, one of them also without brackets: {@code List<String>}. */
    static ValueType texts(TextRule rule) {
        String item = "{\"type\":[\"string\",\"number\"]}";
        String schema = "{\"anyOf\":[" + item + ",{\"type\":\"array\",\"items\":" + item + "}]}";
        return new ValueType("list of texts", schema, Shape.TEXTS,
                (node, context) -> {
                    List<YamlNode> nodes = node instanceof YamlNode.Listing list ? list.items() : List.of(node);
                    List<String> texts = new ArrayList<>();
                    for (YamlNode element : nodes) {
                        String text = expand(element, context);
                        if (!rule.fits(text)) {
                            // a client's key in the place of its hash must not be shown
                            throw new BadValue(rule.rule() + (rule == TextRule.SHA256 ? "" : ", not " + shown(element)));
                        }
                        texts.add(text);
                    }
                    return List.copyOf(texts);
                });
    }

    private static ValueType scalar(String words, String schema, TextReader reader) {
        return new ValueType(words, schema, Shape.SCALAR, (node, context) -> {
            try {
                return reader.read(expand(node, context), context);
            } catch (BadValue bad) {
                throw node instanceof YamlNode.Scalar scalar && bad.getMessage().startsWith("must")
                        ? new BadValue(bad.getMessage() + ", not " + shown(scalar)) : bad;
            }
        });
    }

    /** What stands there, as far as it may be shown: a reference is shown as such. */
    private static String shown(YamlNode node) {
        return switch (node) {
            case YamlNode.Scalar scalar when References.in(scalar.text()) -> "the value of " + scalar.text();
            case YamlNode.Scalar scalar -> JsonStrings.quote(Redaction.withoutPassword(scalar.text().length() > 80
                    ? scalar.text().substring(0, 80) + "…" : scalar.text()));
            case YamlNode.Listing _ -> "a list";
            case YamlNode.Table _ -> "a table";
        };
    }

    /** The text that stands there, with its references replaced. */
    static String expand(YamlNode node, ReadContext context) throws BadValue {
        if (node instanceof YamlNode.Scalar scalar) {
            return context.references().expand(scalar.text());
        }
        throw new BadValue("must be one value, not " + shown(node));
    }
}
