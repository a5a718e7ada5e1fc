package sluice.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.api.RelayOptions.Ending;
import sluice.api.RelayOutcome;
import sluice.testkit.HandSweeper;

/** Behind the event that ends a response a client hears nothing that it could take for more of it. */
class BehindEndTest {
    private static final String TEXT = Streams.text(3);
    private static final String UNKNOWN = "event: vendor.note\ndata: {\"type\":\"vendor.note\",\"text\":\"x\"}\n\n";
    private static final String LONG = "data: {\"type\":\"vendor.note\",\"text\":\"" + "x".repeat(20_000) + "\"}\n\n";
    private static final String DELTA = "data: {\"type\":\"response.output_text.delta\",\"sequence_number\":99,\"delta\":\"x\"}\n\n";
    private static final String SECOND = "data: {\"type\":\"response.completed\",\"sequence_number\":99,"
            + "\"response\":{\"id\":\"resp_2\"}}\n\n";
    private static final String FAILED = "data: {\"type\":\"response.failed\",\"sequence_number\":9,\"response\":{\"id\":\"resp_1\","
            + "\"error\":{\"code\":\"server_error\",\"message\":\"m\"}}}\n\n";
    private static final String ERROR = "data: {\"type\":\"error\",\"sequence_number\":9,\"code\":\"server_error\",\"message\":\"m\"}\n\n";
    private static final String LIMITS = "data: {\"type\":\"codex.rate_limits\",\"rate_limits\":{}}\n\n";
    private static final String DONE = "data: [DONE]\n\n";

    static Stream<Arguments> streams() {
        List<String> late = List.of(UNKNOWN, LONG, DELTA, SECOND, FAILED, "data: {\"text\":\"no type\"}\n\n", "data: hello\n\n",
                UNKNOWN.replace("\n", "\r\n"), "data: {\"text\":\ndata: [DONE]\n\n",
                ": note\n".repeat(2000) + "data: {\"type\":\"vendor.note\"}\n\n");
        return Stream.of(late.stream().map(event -> Arguments.of(TEXT, event, "")),
                late.stream().map(event -> Arguments.of(TEXT, event + DONE, DONE)),
                Stream.of(Arguments.of(TEXT, ": bye\n\n" + UNKNOWN + DONE + LONG + ": end\n\n", ": bye\n\n" + DONE + ": end\n\n"),
                        Arguments.of(TEXT, UNKNOWN + LIMITS + SECOND, LIMITS),
                        Arguments.of(TEXT, UNKNOWN.strip(), "event: vendor.note\n"),
                        Arguments.of(TEXT, DONE.strip(), DONE.strip()),
                        Arguments.of(DELTA + ERROR, UNKNOWN + FAILED + DELTA, FAILED),
                        Arguments.of(DELTA + ERROR, SECOND, ""))).flatMap(all -> all);
    }

    @ParameterizedTest
    @MethodSource("streams")
    void nothingButWhatMayComeIsPassedOn(String response, String behind, String passes) {
        byte[] bytes = Streams.bytes(response + behind);
        for (int buffer : new int[] {64, 1024, 4096, 64 * 1024}) {
            for (BatchingRelay relay : List.of(new BatchingRelay(), BatchingRelay.ungated())) {
                int[] atOnce = {bytes.length};
                int[] apart = {Streams.bytes(response).length, bytes.length};
                for (int[] ends : List.of(atOnce, apart, everySeventh(bytes.length))) {
                    RecordingSink sink = new RecordingSink();
                    RelayOutcome outcome = relay.relay(ScriptedSource.paced(bytes, ends), sink,
                            new Options(new HandSweeper()).buffer(buffer).build());
                    assertInstanceOf(RelayOutcome.Completed.class, outcome);
                    assertEquals(response + passes, sink.text());
                }
            }
        }
    }

    @Test
    void aStreamOfAnotherProtocolHasItsOwnEnd() {
        byte[] bytes = Streams.bytes(UNKNOWN + ERROR + UNKNOWN + DELTA + DONE);
        RecordingSink sink = new RecordingSink();
        new BatchingRelay().relay(ScriptedSource.paced(bytes, bytes.length), sink,
                new Options(new HandSweeper()).ending(Ending.ANY).build());
        assertEquals(UNKNOWN + ERROR + UNKNOWN + DELTA + DONE, sink.text());
    }

    private static int[] everySeventh(int length) {
        return java.util.stream.IntStream.concat(java.util.stream.IntStream.iterate(7, at -> at < length, at -> at + 7),
                java.util.stream.IntStream.of(length)).toArray();
    }
}
