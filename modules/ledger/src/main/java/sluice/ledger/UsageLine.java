package sluice.ledger;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import sluice.api.TokenUsage;
import sluice.api.UsageRecord;
import sluice.json.JsonStrings;

/** A record as a line of JSON. Stateless. */
final class UsageLine {
    private static final JsonFactory JSON = new JsonFactory();

    private UsageLine() {
    }

    /** The line with its end. */
    static byte[] bytes(UsageRecord usage) {
        StringBuilder line = new StringBuilder(400);
        line.append("{\"time\":\"").append(Instant.ofEpochMilli(usage.epochMillis())).append('"');
        text(line, "request_id", usage.requestId());
        text(line, "client", usage.client());
        optional(line, "team", usage.team());
        if (usage.who().session() != 0) {
            optional(line, "session", Long.toHexString(usage.who().session()));
        }
        text(line, "account", usage.account());
        text(line, "route", usage.route());
        text(line, "model", usage.model());
        text(line, "upstream_model", usage.upstreamModel());
        optional(line, "tier", usage.tier());
        text(line, "response_id", usage.responseId());
        line.append(",\"stream\":").append(usage.stream()).append(",\"status\":").append(usage.status());
        text(line, "error", usage.errorCode());
        line.append(",\"attempts\":").append(usage.attempts()).append(",\"resends\":").append(usage.resends())
                .append(",\"input_tokens\":").append(usage.usage().input())
                .append(",\"cached_tokens\":").append(usage.usage().cached())
                .append(",\"cache_write_tokens\":").append(usage.usage().cacheWrite())
                .append(",\"output_tokens\":").append(usage.usage().output())
                .append(",\"reasoning_tokens\":").append(usage.usage().reasoning())
                .append(",\"estimated\":").append(usage.usage().estimated())
                .append(",\"request_bytes\":").append(usage.requestBytes())
                .append(",\"duration_us\":").append(usage.durationNanos() / 1000)
                .append(",\"first_output_us\":").append(usage.firstOutputNanos() / 1000)
                .append(",\"cost_nanodollars\":");
        if (usage.costNanoDollars().isPresent()) {
            line.append(usage.costNanoDollars().getAsLong());
        } else {
            line.append("null");
        }
        return line.append("}\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void text(StringBuilder line, String name, String value) {
        line.append(",\"").append(name).append("\":");
        JsonStrings.appendQuoted(line, value);
    }

    private static void optional(StringBuilder line, String name, String value) {
        if (!value.isEmpty()) {
            text(line, name, value);
        }
    }

    /** The record of a line; empty if the line is none, as the last one of a process that was killed may be. */
    static Optional<UsageRecord> parse(String line) {
        try {
            Members members = new Members(line);
            return Optional.of(new UsageRecord(members.text("request_id"),
                    new UsageRecord.Times(Instant.parse(members.text("time")).toEpochMilli(), members.number("duration_us") * 1000,
                            members.number("first_output_us") * 1000),
                    new UsageRecord.Who(members.text("client"), members.text("team", ""),
                            Long.parseUnsignedLong(members.text("session", "0"), 16)),
                    new UsageRecord.Asked(members.text("route"), members.text("model"), members.text("tier", ""),
                            members.flag("stream"), members.number("request_bytes")),
                    new UsageRecord.Served(members.text("account"), members.text("upstream_model"), (int) members.number("attempts"),
                            (int) members.number("resends")),
                    new UsageRecord.Result(members.text("response_id"), (int) members.number("status"), members.text("error")),
                    new UsageRecord.Charge(usage(members), members.numberOrNone("cost_nanodollars"))));
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static TokenUsage usage(Members members) {
        return new TokenUsage(members.number("input_tokens"), members.number("cached_tokens"),
                Long.parseLong(members.text("cache_write_tokens", "0")), members.number("output_tokens"),
                members.number("reasoning_tokens"), members.flag("estimated"));
    }

    /** The members of one flat object. */
    private static final class Members {
        private final Map<String, String> values = new HashMap<>();

        Members(String line) throws IOException {
            try (JsonParser parser = JSON.createParser(line)) {
                if (parser.nextToken() != JsonToken.START_OBJECT) {
                    throw new IllegalArgumentException("not an object");
                }
                for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                    if (parser.nextToken().isScalarValue()) {
                        values.put(name, parser.getText());
                    } else {
                        parser.skipChildren();
                    }
                }
                if (parser.currentToken() != JsonToken.END_OBJECT) {
                    throw new IllegalArgumentException("cut off");
                }
            }
        }

        String text(String name) {
            String value = values.get(name);
            if (value == null) {
                throw new IllegalArgumentException(name + " is missing");
            }
            return value;
        }

        /** A member that older lines do not have. */
        String text(String name, String otherwise) {
            return values.getOrDefault(name, otherwise);
        }

        long number(String name) {
            return Long.parseLong(text(name));
        }

        boolean flag(String name) {
            return text(name).equals("true");
        }

        OptionalLong numberOrNone(String name) {
            return text(name).equals("null") ? OptionalLong.empty() : OptionalLong.of(number(name));
        }
    }
}
