package sluice.records;

import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * One line for each request, as JSON or as text, without secrets and bodies. Lines go to a stream that the process's
 * supervisor keeps. Thread-safe.
 */
public final class AccessLog implements RequestObserver {
    /** The form of a line. */
    public enum Form { JSON, TEXT, OFF }

    /**
     * The second that the last line was of, and how it is written: most lines are of the same one.
     *
     * @param epochSecond seconds since 1970
     * @param text {@code 2026-11-23T16:45:01.}
     */
    private record Second(long epochSecond, String text) {
        static Second of(long epochSecond) {
            String text = Instant.ofEpochSecond(epochSecond).toString();
            return new Second(epochSecond, text.substring(0, text.length() - 1) + '.');
        }
    }

    private final LineWriter out;
    private volatile Form form;
    private volatile Second second = Second.of(0);

    /** Writes lines of this form to {@code out}. */
    public AccessLog(LineWriter out, Form form) {
        this.out = out;
        this.form = form;
    }

    /** From now on lines have this form. */
    public void form(Form next) {
        form = next;
    }

    @Override
    public void ended(RequestRecord record) {
        Form now = form;
        if (now != Form.OFF) {
            StringBuilder line = new StringBuilder(now == Form.JSON ? 640 : 240);
            if (now == Form.JSON) {
                json(record, line);
            } else {
                text(record, line);
            }
            out.write(line.append('\n').toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    private void text(RequestRecord r, StringBuilder line) {
        time(line, r.epochMillis);
        line.append(' ').append(r.status).append(' ').append(r.route)
                .append(" from=").append(r.remote).append(" client=").append(r.client).append(" account=").append(r.account)
                .append(" model=");
        LogText.appendWord(line, r.model);
        if (!r.upstreamModel.isEmpty() && !r.upstreamModel.equals(r.model)) {
            line.append("->");
            LogText.appendWord(line, r.upstreamModel);
        }
        tenths(line, " ms=", r.startedNanos, r.endedNanos);
        if (r.firstOutputNanos != 0) {
            tenths(line, " ttft=", r.startedNanos, r.firstOutputNanos);
        }
        if (r.usage.total() > 0) {
            line.append(" tokens=").append(r.usage.input()).append('/').append(r.usage.cached()).append('/')
                    .append(r.usage.output()).append(r.usage.estimated() ? "~" : "");
        }
        if (r.attempts > 1) {
            line.append(" attempts=").append(r.attempts);
        }
        if (!r.errorCode.isEmpty()) {
            line.append(" error=");
            LogText.appendWord(line, r.errorCode);
            line.append(" detail=");
            LogText.appendQuoted(line, r.errorDetail);
        }
        if (!r.traceParent.isEmpty()) {
            line.append(" traceparent=");
            LogText.appendWord(line, r.traceParent);
        }
        line.append(" id=").append(r.requestId);
    }

    /** As {@link Instant} writes it, always with milliseconds. */
    private void time(StringBuilder line, long epochMillis) {
        long epochSecond = Math.floorDiv(epochMillis, 1000L);
        Second now = second;
        if (now.epochSecond() != epochSecond) {
            now = Second.of(epochSecond);
            second = now;
        }
        int millis = (int) Math.floorMod(epochMillis, 1000L);
        line.append(now.text()).append((char) ('0' + millis / 100)).append((char) ('0' + millis / 10 % 10))
                .append((char) ('0' + millis % 10)).append('Z');
    }

    private static void tenths(StringBuilder line, String name, long from, long to) {
        long tenths = (Math.max(0, to - from) + 50_000) / 100_000;
        line.append(name).append(tenths / 10).append('.').append(tenths % 10);
    }

    private void json(RequestRecord r, StringBuilder line) {
        line.append("{\"time\":\"");
        time(line, r.epochMillis);
        line.append('"');
        member(line, "request_id", r.requestId);
        member(line, "client_request_id", r.clientRequestId);
        member(line, "traceparent", r.traceParent);
        member(line, "remote", r.remote);
        member(line, "client", r.client);
        member(line, "team", r.team);
        member(line, "route", r.route);
        member(line, "model", r.model);
        member(line, "upstream_model", r.upstreamModel);
        member(line, "account", r.account);
        member(line, "response_id", r.responseId);
        line.append(",\"stream\":").append(r.stream).append(",\"status\":").append(r.status);
        member(line, "error", r.errorCode);
        member(line, "detail", r.errorDetail);
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
        line.append('}');
    }

    private static void member(StringBuilder line, String name, String value) {
        if (!value.isEmpty()) {
            line.append(",\"").append(name).append("\":");
            LogText.appendQuoted(line, value);
        }
    }

    private static void millis(StringBuilder line, String name, long from, long to) {
        if (from != 0 && to != 0) {
            line.append(",\"").append(name).append("\":").append((to - from) / 1000 / 1000.0);
        }
    }
}
