package sluice.baseline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import sluice.api.ByteSource;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.api.Sweeper;
import sluice.api.TokenUsage;

class BufferedRelayTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void restoresTheNameAndReadsTheUsage() {
        RelayOutcome outcome = relay(
                "{\"id\":\"r\",\"model\":\"m\",\"usage\":{\"input_tokens\":3,\"output_tokens\":4}}", false);
        assertEquals("{\"id\":\"r\",\"model\":\"fast\",\"usage\":{\"input_tokens\":3,\"output_tokens\":4}}", text());
        assertEquals(TokenUsage.told(3, 0, 4, 0), outcome.report().usage());
        assertEquals("r", outcome.report().responseId());
    }

    @Test
    void changesNoByteButTheName() {
        String answer = " {\"a\":1.0,\"a\":1e2, \"model\" :\"m-2025-08-07\",\"b\":\"\\u00e4\\/\",\"c\":{\"model\":\"m\"}}\n";
        relay(answer, false);
        assertEquals(answer.replace("m-2025-08-07", "fast"), text());
    }

    @Test
    void aPageIsNoAnswer() {
        RelayOutcome outcome = relay("<html>", false);
        assertEquals(RelayOutcome.Cause.NO_ANSWER, assertInstanceOf(RelayOutcome.BrokeOff.class, outcome).cause());
        assertEquals("", text());
    }

    @Test
    void writesNothingOfAnAnswerThatIsCut() {
        RelayOutcome outcome = relay("{\"id\":", true);
        assertEquals(RelayOutcome.Cause.UPSTREAM_CUT, assertInstanceOf(RelayOutcome.BrokeOff.class, outcome).cause());
        assertEquals(0, outcome.report().flushes());
        assertEquals("", text());
    }

    private String text() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private RelayOutcome relay(String answer, boolean cut) {
        Sweeper never = new Sweeper() {
            @Override
            public Registration watch(Watched watched) {
                return () -> { };
            }

            @Override
            public void close() {
                // nothing runs
            }
        };
        RelayOptions options = RelayOptions.defaults(never)
                .withModel(new RelayOptions.Names("m", "fast"));
        return new BufferedRelay().relay(new Answer(answer, cut), (bytes, offset, length, boundary) ->
                out.write(bytes, offset, length), options);
    }

    private static final class Answer implements ByteSource {
        private final ByteArrayInputStream bytes;
        private final boolean cut;

        private Answer(String text, boolean cut) {
            this.bytes = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
            this.cut = cut;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int count = bytes.read(target, offset, length);
            if (count < 0 && cut) {
                throw new ByteSource.Broken(ByteSource.Broken.Cause.CUT, "cut");
            }
            return count;
        }

        @Override
        public boolean ready() {
            return bytes.available() > 0;
        }

        @Override
        public void abort() {
            // never called here
        }

        @Override
        public void close() {
            // nothing to give back
        }
    }
}
