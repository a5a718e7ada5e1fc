package sluice.server;

import java.io.PrintStream;
import java.time.Instant;
import java.util.Locale;
import sluice.api.JsonStrings;

/**
 * One line for each request, as JSON or as text, without secrets and bodies. Lines go to a stream that the process's
 * supervisor keeps. Thread-safe.
 */
final class AccessLog implements RequestObserver {
    /** The form of a line. */
    enum Form { JSON, TEXT, OFF }

    private final PrintStream out;
    private final Form form;

    AccessLog(PrintStream out, Form form) {
        this.out = out;
        this.form = form;
    }

    @Override
    public void ended(RequestRecord record) {
        switch (form) {
            case JSON -> out.println(json(record));
            case TEXT -> out.println(text(record));
            case OFF -> { }
        }
    }

    private static String text(RequestRecord r) {
        StringBuilder line = new StringBuilder(200);
        line.append(Instant.ofEpochMilli(r.epochMillis)).append(' ').append(r.status).append(' ').append(r.route)
                .append(" client=").append(r.client).append(" account=").append(r.account)
                .append(" model=").append(clean(r.model));
        if (!r.upstreamModel.isEmpty() && !r.upstreamModel.equals(r.model)) {
            line.append("->").append(r.upstreamModel);
        }
        line.append(String.format(Locale.ROOT, " ms=%.1f", RequestRecord.millis(r.startedNanos, r.endedNanos)));
        if (r.firstOutputNanos != 0) {
            line.append(String.format(Locale.ROOT, " ttft=%.1f", RequestRecord.millis(r.startedNanos, r.firstOutputNanos)));
        }
        if (r.usage.total() > 0) {
            line.append(" tokens=").append(r.usage.input()).append('/').append(r.usage.cached()).append('/')
                    .append(r.usage.output()).append(r.usage.estimated() ? "~" : "");
        }
        if (r.attempts > 1) {
            line.append(" attempts=").append(r.attempts);
        }
        if (!r.errorCode.isEmpty()) {
            line.append(" error=").append(clean(r.errorCode)).append(" (").append(clean(r.errorDetail)).append(')');
        }
        if (!r.traceParent.isEmpty()) {
            line.append(" traceparent=").append(clean(r.traceParent));
        }
        return line.append(" id=").append(r.requestId).toString();
    }

    private static String clean(String text) {
        return text.length() > 300 ? clean(text.substring(0, 300)) : text.replaceAll("\\p{Cntrl}", "?");
    }

    private static String json(RequestRecord r) {
        StringBuilder line = new StringBuilder(400);
        line.append("{\"time\":\"").append(Instant.ofEpochMilli(r.epochMillis)).append('"');
        member(line, "request_id", r.requestId);
        member(line, "client_request_id", r.clientRequestId);
        member(line, "traceparent", r.traceParent);
        member(line, "client", r.client);
        member(line, "route", r.route);
        member(line, "model", r.model);
        member(line, "upstream_model", r.upstreamModel);
        member(line, "account", r.account);
        member(line, "response_id", r.responseId);
        line.append(",\"stream\":").append(r.stream).append(",\"status\":").append(r.status);
        member(line, "error", r.errorCode);
        member(line, "detail", clean(r.errorDetail));
        line.append(",\"attempts\":").append(r.attempts).append(",\"resends\":").append(r.resends)
                .append(",\"request_bytes\":").append(r.requestBytes).append(",\"answer_bytes\":").append(r.answerBytes)
                .append(",\"events\":").append(r.events).append(",\"flushes\":").append(r.flushes)
                .append(",\"input_tokens\":").append(r.usage.input()).append(",\"cached_tokens\":").append(r.usage.cached())
                .append(",\"output_tokens\":").append(r.usage.output())
                .append(",\"reasoning_tokens\":").append(r.usage.reasoning())
                .append(",\"usage_estimated\":").append(r.usage.estimated());
        millis(line, "total_ms", r.startedNanos, r.endedNanos);
        millis(line, "ttft_ms", r.startedNanos, r.firstOutputNanos);
        millis(line, "upstream_ms", r.sentNanos, r.headersNanos);
        return line.append('}').toString();
    }

    private static void member(StringBuilder line, String name, String value) {
        if (!value.isEmpty()) {
            line.append(",\"").append(name).append("\":");
            JsonStrings.appendQuoted(line, value);
        }
    }

    private static void millis(StringBuilder line, String name, long from, long to) {
        if (from != 0 && to != 0) {
            line.append(",\"").append(name).append("\":").append((to - from) / 1000 / 1000.0);
        }
    }
}
