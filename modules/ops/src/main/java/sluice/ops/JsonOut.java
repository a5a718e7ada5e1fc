package sluice.ops;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.function.Consumer;
import sluice.json.JsonStrings;

/** Writes one JSON text, member by member. Confined to one thread. */
final class JsonOut {
    private final StringBuilder out = new StringBuilder(256);
    private boolean first = true;

    /** An object as the whole text. */
    static String object(Consumer<JsonOut> members) {
        JsonOut json = new JsonOut();
        json.braces('{', '}', members);
        return json.out.toString();
    }

    JsonOut text(String name, String value) {
        JsonStrings.appendQuoted(key(name), value);
        return this;
    }

    JsonOut number(String name, long value) {
        key(name).append(value);
        return this;
    }

    /** A number with at most four digits behind the point. */
    JsonOut number(String name, double value) {
        key(name).append(Double.isFinite(value) ? Double.toString(Math.round(value * 1e4) / 1e4) : "null");
        return this;
    }

    /** Billionths of a dollar as dollars, exactly. */
    JsonOut dollars(String name, long nanoDollars) {
        key(name).append(BigDecimal.valueOf(nanoDollars, 9).stripTrailingZeros().toPlainString());
        return this;
    }

    /** A moment; null where it is the first or the last there is. */
    JsonOut moment(String name, Instant moment) {
        return moment.equals(Instant.MAX) || moment.equals(Instant.MIN) ? none(name) : text(name, moment.toString());
    }

    JsonOut flag(String name, boolean value) {
        key(name).append(value);
        return this;
    }

    JsonOut none(String name) {
        key(name).append("null");
        return this;
    }

    JsonOut object(String name, Consumer<JsonOut> members) {
        key(name);
        braces('{', '}', members);
        return this;
    }

    <T> JsonOut array(String name, Iterable<T> values, java.util.function.BiConsumer<JsonOut, T> members) {
        key(name);
        elements(values, members);
        return this;
    }

    JsonOut texts(String name, Iterable<String> values) {
        key(name);
        braces('[', ']', json -> values.forEach(value -> {
            json.comma();
            JsonStrings.appendQuoted(json.out, value);
        }));
        return this;
    }

    JsonOut numbers(String name, long[] values) {
        key(name);
        braces('[', ']', json -> {
            for (long value : values) {
                json.comma();
                json.out.append(value);
            }
        });
        return this;
    }

    private <T> void elements(Iterable<T> values, java.util.function.BiConsumer<JsonOut, T> members) {
        braces('[', ']', json -> values.forEach(value -> {
            json.comma();
            json.braces('{', '}', inner -> members.accept(inner, value));
        }));
    }

    private StringBuilder key(String name) {
        comma();
        return out.append('"').append(name).append("\":");
    }

    private void comma() {
        if (!first) {
            out.append(',');
        }
        first = false;
    }

    private void braces(char open, char close, Consumer<JsonOut> members) {
        out.append(open);
        first = true;
        members.accept(this);
        out.append(close);
        first = false;
    }
}
