package sluice.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever a client writes, a request is one line, and the line says what is so. */
class AccessLogTest {
    /** Everything that a terminal obeys, or that would end a line or turn it round. */
    private static final String HOSTILE = "a\n\r\t\u001b[31m\u007f\u0085\u009b31m\u2028\u202e\u2066\u200f\ufeff\ud800 status=200 \"x\"";

    private static String line(AccessLog.Form form, RequestRecord record) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (LineWriter lines = new LineWriter(out)) {
            new AccessLog(lines, form).ended(record);
            lines.flush();
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static RequestRecord record(String model) {
        RequestRecord record = new RequestRecord("req_1", 1_700_000_000_000L, 0);
        record.route = "POST /v1/responses";
        record.client = "team-a";
        record.remote = "192.0.2.7";
        record.model = model;
        record.upstreamModel = model + "-up";
        record.traceParent = model;
        record.clientRequestId = model;
        record.failed(403, "model_not_allowed", "not for you: " + model);
        return record;
    }

    @ParameterizedTest
    @EnumSource(value = AccessLog.Form.class, names = "OFF", mode = EnumSource.Mode.EXCLUDE)
    void noTextFromOutsideReachesATerminalRaw(AccessLog.Form form) {
        String line = line(form, record(HOSTILE));
        assertEquals(line.length() - 1, line.indexOf('\n'), line);
        assertTrue(line.substring(0, line.length() - 1).chars().allMatch(c -> c >= ' ' && c < 0x7F), line);
        assertTrue(line.contains("\\u001b[31m\\u007f\\u0085\\u009b31m\\u2028\\u202e\\u2066\\u200f\\ufeff\\ud800"), line);
    }

    @ParameterizedTest
    @EnumSource(value = AccessLog.Form.class, names = "OFF", mode = EnumSource.Mode.EXCLUDE)
    void aHugeModelNameLeavesALineThatIsShort(AccessLog.Form form) {
        String line = line(form, record("m".repeat(10 << 20)));
        assertTrue(line.contains("model_not_allowed") && line.endsWith("\n"), line);
        assertTrue(line.length() < 2000, line.length() + " characters");
    }

    @ParameterizedTest
    @EnumSource(value = AccessLog.Form.class, names = "OFF", mode = EnumSource.Mode.EXCLUDE)
    void everyLineHasTheAddressOfTheClient(AccessLog.Form form) {
        assertTrue(line(form, record("gpt-5")).contains("192.0.2.7"));
    }

    @Test
    void aModelCannotPassForAnotherFieldOfTheLine() {
        String line = line(AccessLog.Form.TEXT, record("gpt status=200 error="));
        assertTrue(line.contains(" model=\"gpt status=200 error=\""), line);
        assertFalse(line(AccessLog.Form.TEXT, record("gpt-5")).contains("model=\"gpt-5\""), "a plain word stays bare");
    }

    @Test
    void whatIsKeptOfARequestIsShort() {
        RequestRecord record = record("m".repeat(10 << 20));
        record.responseId = "r".repeat(1 << 20);
        assertEquals(LogText.MOST_CHARS, record.usageRecord().model().length());
        assertEquals(LogText.MOST_CHARS, record.usageRecord().upstreamModel().length());
        assertEquals(LogText.MOST_CHARS, record.usageRecord().responseId().length());
        assertEquals(LogText.MOST_CHARS, record.endedRequest().detail().length());
    }
}
