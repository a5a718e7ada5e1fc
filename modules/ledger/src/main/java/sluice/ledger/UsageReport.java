package sluice.ledger;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import sluice.api.UsageRecord;
import sluice.json.JsonStrings;

/** Sums of usage by some columns, as a table for people or as CSV. Confined to one thread. */
final class UsageReport {
    /** What records can be grouped by. Times are those of a time zone. */
    enum Column {
        CLIENT, TEAM, ACCOUNT, MODEL, UPSTREAM_MODEL, TIER, SESSION, ROUTE, STATUS, ERROR, HOUR, DAY, MONTH;

        /** The name in the command line and in the head of a column. */
        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        private String of(UsageRecord record, ZoneId zone) {
            return switch (this) {
                case CLIENT -> record.client();
                case TEAM -> record.team();
                case ACCOUNT -> record.account();
                case MODEL -> record.model();
                case UPSTREAM_MODEL -> record.upstreamModel();
                case TIER -> record.tier();
                case SESSION -> record.who().session() == 0 ? "" : Long.toHexString(record.who().session());
                case ROUTE -> record.route();
                case STATUS -> Integer.toString(record.status());
                case ERROR -> record.errorCode();
                case HOUR -> hour(record, zone);
                case DAY -> time(record, zone).toString().substring(0, 10);
                case MONTH -> time(record, zone).toString().substring(0, 7);
            };
        }

        private static OffsetDateTime time(UsageRecord record, ZoneId zone) {
            return Instant.ofEpochMilli(record.epochMillis()).atZone(zone).toOffsetDateTime();
        }

        /** Outside of UTC with its offset: when clocks are set back, an hour comes twice. */
        private static String hour(UsageRecord record, ZoneId zone) {
            OffsetDateTime time = time(record, zone);
            String hour = time.toString().substring(0, 13);
            return zone.normalized().equals(ZoneOffset.UTC) ? hour : hour + time.getOffset();
        }
    }

    /** A sum of each kind. */
    private static final class Sums {
        private long requests;
        private long errors;
        private long input;
        private long cached;
        private long output;
        private long reasoning;
        private long estimated;
        private long nanoDollars;
        private long unpriced;
        private long saved;
        private long unknownSaving;

        private void add(UsageRecord record, OptionalLong cost, OptionalLong saving) {
            requests++;
            errors += record.status() >= 400 || !record.errorCode().isEmpty() ? 1 : 0;
            input += record.usage().input();
            cached += record.usage().cached();
            output += record.usage().output();
            reasoning += record.usage().reasoning();
            estimated += record.usage().estimated() ? 1 : 0;
            nanoDollars += cost.orElse(0);
            unpriced += cost.isPresent() ? 0 : 1;
            saved += saving.orElse(0);
            unknownSaving += saving.isPresent() || record.usage().cached() == 0 ? 0 : 1;
        }
    }

    private record Number(String head, ToLongFunction<Sums> of) { }

    private static final List<Number> NUMBERS = List.of(new Number("requests", s -> s.requests), new Number("errors", s -> s.errors),
            new Number("input", s -> s.input), new Number("cached", s -> s.cached), new Number("output", s -> s.output),
            new Number("reasoning", s -> s.reasoning), new Number("estimated", s -> s.estimated));
    private static final int NANO_DIGITS = 9;
    private static final int SHOWN_DIGITS = 4;

    private final List<Column> columns;
    private final ZoneId zone;
    private final Map<List<String>, Sums> groups = new TreeMap<>(UsageReport::compare);
    private final Sums all = new Sums();

    /** A report by {@code columns}; hours, days and months begin where {@code zone} says. */
    UsageReport(List<Column> columns, ZoneId zone) {
        this.columns = List.copyOf(columns);
        this.zone = zone;
    }

    /** Adds a request; an empty cost is unknown, and so is an empty saving: what the prompt cache of its account has saved. */
    void add(UsageRecord record, OptionalLong cost, OptionalLong saving) {
        List<String> key = columns.stream().map(column -> column.of(record, zone)).toList();
        groups.computeIfAbsent(key, any -> new Sums()).add(record, cost, saving);
        all.add(record, cost, saving);
    }

    private static int compare(List<String> a, List<String> b) {
        for (int i = 0; i < a.size(); i++) {
            int order = a.get(i).compareTo(b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    /** Aligned columns with a last line for everything; an unknown cost is said to be unknown. */
    String table() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(heads("from cache", "saved", "cost"));
        groups.forEach((key, sums) -> rows.add(row(key, sums)));
        if (!columns.isEmpty()) {
            List<String> everything = new ArrayList<>(columns.stream().map(column -> "").toList());
            everything.set(0, "all");
            rows.add(row(everything, all));
        }
        int[] widths = new int[rows.getFirst().size()];
        rows.forEach(row -> Arrays.setAll(widths, i -> Math.max(widths[i], row.get(i).length())));
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String gap = " ".repeat(widths[i] - row.get(i).length());
                line.append(i == 0 ? "" : "  ").append(i < columns.size() ? row.get(i) + gap : gap + row.get(i));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private List<String> row(List<String> key, Sums sums) {
        List<String> row = new ArrayList<>();
        key.forEach(value -> row.add(value.isEmpty() && !columns.isEmpty() && sums != all ? "-" : printable(value)));
        NUMBERS.forEach(number -> row.add(String.format(Locale.ROOT, "%,d", number.of().applyAsLong(sums))));
        row.add(sums.input == 0 ? "-" : Math.round(100.0 * sums.cached / sums.input) + " %");
        row.add(saved(sums));
        row.add(cost(sums));
        return row;
    }

    private static String cost(Sums sums) {
        if (sums.unpriced == 0) {
            return dollars(sums.nanoDollars);
        }
        boolean nothingKnown = sums.nanoDollars == 0;
        return (nothingKnown ? "" : dollars(sums.nanoDollars) + " + ") + sums.unpriced + " without price";
    }

    /** What nobody knows the price of is not nothing. */
    private static String saved(Sums sums) {
        return sums.unknownSaving > 0 ? "?" : dollars(sums.saved);
    }

    private static String dollars(long nanoDollars) {
        return "$" + BigDecimal.valueOf(nanoDollars, NANO_DIGITS).setScale(SHOWN_DIGITS, RoundingMode.HALF_UP);
    }

    /** Names come from clients, so they must not move a terminal's cursor. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    /** CSV as RFC 4180 has it: a head, a line for each group; dollars with all digits, and requests of unknown cost beside them. */
    String csv() {
        StringBuilder text = new StringBuilder(String.join(",", heads("cost_usd")))
                .append(",unpriced_requests,cached_share,cache_saved_usd\r\n");
        groups.forEach((key, sums) -> {
            key.forEach(value -> text.append(quoted(value)).append(','));
            text.append(NUMBERS.stream().map(number -> Long.toString(number.of().applyAsLong(sums)))
                    .collect(Collectors.joining(",")));
            text.append(',').append(BigDecimal.valueOf(sums.nanoDollars, NANO_DIGITS).toPlainString()).append(',')
                    .append(sums.unpriced).append(',').append(share(sums)).append(',')
                    .append(sums.unknownSaving > 0 ? "" : BigDecimal.valueOf(sums.saved, NANO_DIGITS).toPlainString()).append("\r\n");
        });
        return text.toString();
    }

    /** JSON: an object for each group, with its columns and sums; dollars with all digits, the share of input that a cache served. */
    String json() {
        StringBuilder text = new StringBuilder("[");
        groups.forEach((key, sums) -> {
            text.append(text.length() == 1 ? "\n  {" : ",\n  {");
            for (int i = 0; i < columns.size(); i++) {
                JsonStrings.appendQuoted(text, columns.get(i).label());
                text.append(": ");
                JsonStrings.appendQuoted(text, key.get(i));
                text.append(", ");
            }
            NUMBERS.forEach(number -> text.append('"').append(number.head()).append("\": ").append(number.of().applyAsLong(sums))
                    .append(", "));
            text.append("\"cached_share\": ").append(share(sums))
                    .append(", \"cache_saved_usd\": ")
                    .append(sums.unknownSaving > 0 ? "null" : BigDecimal.valueOf(sums.saved, NANO_DIGITS).toPlainString())
                    .append(", \"cost_usd\": ").append(BigDecimal.valueOf(sums.nanoDollars, NANO_DIGITS).toPlainString())
                    .append(", \"unpriced_requests\": ").append(sums.unpriced).append('}');
        });
        return text.append("\n]\n").toString();
    }

    /** A text that begins like a formula would be one to a spreadsheet. */
    private static String quoted(String value) {
        String safe = value.matches("[=+\\-@\\t\\r].*") ? "'" + value : value;
        return safe.matches("(?s).*[\",\r\n].*") ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
    }

    /** The part of the input that prompt caches served. */
    private static double share(Sums sums) {
        return sums.input == 0 ? 0 : Math.round(1000.0 * sums.cached / sums.input) / 1000.0;
    }

    private List<String> heads(String... last) {
        List<String> heads = new ArrayList<>(columns.stream().map(Column::label).toList());
        NUMBERS.forEach(number -> heads.add(number.head()));
        heads.addAll(List.of(last));
        return heads;
    }
}
