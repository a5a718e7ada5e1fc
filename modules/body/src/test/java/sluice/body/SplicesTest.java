package sluice.body;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.api.BodyEdit;
import sluice.api.BodyEdit.CorrectInput;
import sluice.api.BodyEdit.InputCorrection;
import sluice.api.BodyEdit.Put;
import sluice.api.BodyEdit.Remove;
import sluice.api.BodyScanner.Scan;
import sluice.api.OutboundBody;

class SplicesTest {
    static Stream<Arguments> removals() {
        return Stream.of(
        Arguments.of("{\"a\":1}", "a", "{}"),
        Arguments.of("{ \"a\" : 1 }", "a", "{  }"),
        Arguments.of("{\"a\":1,\"b\":2}", "a", "{\"b\":2}"),
        Arguments.of("{\"a\":1 , \"b\":2}", "a", "{ \"b\":2}"),
        Arguments.of("{\"a\":1,\"b\":2}", "b", "{\"a\":1}"),
        Arguments.of("{\"a\":1 , \"b\":2 }", "b", "{\"a\":1  }"),
        Arguments.of("{\"a\":1, \"b\":2 ,\"c\":3}", "b", "{\"a\":1 ,\"c\":3}"),
        Arguments.of("{\"a\":1,\"b\":2,\"a\":3}", "a", "{\"b\":2}"),
        Arguments.of("{\"a\":1,\"a\":2,\"b\":3}", "a", "{\"b\":3}"),
        Arguments.of("{\"b\":0,\"a\":1,\"a\":2}", "a", "{\"b\":0}"),
        Arguments.of("{\"a\":1,\"a\":2}", "a", "{}"),
        Arguments.of("{\"\\u0061\":1,\"b\":2}", "a", "{\"b\":2}"),
        Arguments.of("{\"b\":{\"a\":1,\"c\":2},\"a\":3}", "b.a", "{\"b\":{\"c\":2},\"a\":3}"),
        Arguments.of("{\"b\":{\"a\":1},\"b\":{\"c\":2,\"a\":3}}", "b.a", "{\"b\":{},\"b\":{\"c\":2}}"),
        Arguments.of("{\"b\":[{\"a\":1}]}", "b.a", "{\"b\":[{\"a\":1}]}"),
        Arguments.of("{\"b\":2}", "a", "{\"b\":2}"));
    }

    @ParameterizedTest
    @MethodSource("removals")
    void removesAMemberWithExactlyOneComma(String body, String path, String expected) {
        assertEquals(expected, edited(body, new Remove(path)));
    }

    static Stream<Arguments> puts() {
        return Stream.of(
        Arguments.of("{\"a\":1}", "a", "{\"a\":\"x\"}"),
        Arguments.of("{ \"a\" : 1 }", "a", "{ \"a\" : \"x\" }"),
        Arguments.of("{\"a\":\"y\",\"b\":2}", "a", "{\"a\":\"x\",\"b\":2}"),
        Arguments.of("{}", "a", "{\"a\":\"x\"}"),
        Arguments.of("{ }", "a", "{\"a\":\"x\" }"),
        Arguments.of("{\"b\":2 }", "a", "{\"b\":2,\"a\":\"x\" }"),
        Arguments.of("{\"a\":1,\"b\":2,\"a\":[3]}", "a", "{\"a\":\"x\",\"b\":2,\"a\":\"x\"}"),
        Arguments.of("{\"\\u0061\":1}", "a", "{\"\\u0061\":\"x\"}"),
        Arguments.of("{\"b\":{\"a\":1}}", "b.a", "{\"b\":{\"a\":\"x\"}}"),
        Arguments.of("{\"b\":{}}", "b.a", "{\"b\":{\"a\":\"x\"}}"),
        Arguments.of("{\"b\":{\"c\":1}}", "b.a", "{\"b\":{\"c\":1,\"a\":\"x\"}}"),
        Arguments.of("{\"c\":1}", "b.a", "{\"c\":1,\"b\":{\"a\":\"x\"}}"),
        Arguments.of("{\"b\":null}", "b.a", "{\"b\":{\"a\":\"x\"}}"),
        Arguments.of("{\"b\":\"low\"}", "b.a", "{\"b\":\"low\"}"),
        Arguments.of("{\"b\":[]}", "b.a", "{\"b\":[]}"),
        Arguments.of("{\"b\":{\"a\":1},\"b\":{}}", "b.a", "{\"b\":{\"a\":\"x\"},\"b\":{\"a\":\"x\"}}"),
        Arguments.of("{}", "b.c.a", "{\"b\":{\"c\":{\"a\":\"x\"}}}"));
    }

    @ParameterizedTest
    @MethodSource("puts")
    void putsAValueWhereItBelongs(String body, String path, String expected) {
        assertEquals(expected, edited(body, new Put(path, "\"x\"")));
    }

    @Test
    void appliesSeveralEditsInAnyOrder() {
        assertEquals("{\"a\":0,\"d\":4}",
                edited("{\"a\":1,\"b\":2,\"c\":3}", new Remove("c"), new Put("d", "4"), new Put("a", "0"), new Remove("b")));
        assertEquals("{\"c\":3,\"d\":4}",
                edited("{\"a\":1,\"b\":2}", new Remove("b"), new Remove("a"), new Put("c", "3"), new Put("d", "4")));
        assertEquals("{  \"c\":3}",
                edited("{\"a\":1 , \"b\":2 , \"c\":3}", new Remove("a"), new Remove("b")));
    }

    @Test
    void letsALaterEditOfTheSamePathWin() {
        assertEquals("{\"a\":3}",
                edited("{\"a\":1}", new Put("a", "2"), new Put("a", "3")));
        assertEquals("{}",
                edited("{\"a\":1}", new Put("a", "2"), new Remove("a")));
        assertEquals("{\"a\":2}",
                edited("{\"a\":1}", new Remove("a"), new Put("a", "2")));
        assertEquals("{\"a\":{}}",
                edited("{\"a\":{\"b\":1}}", new Put("a.b", "2"), new Put("a", "{}")));
        assertEquals("{\"a\":{\"c\":3,\"b\":2}}",
                edited("{\"a\":{\"b\":1}}", new Put("a", "{\"c\":3}"), new Put("a.b", "2")));
        assertEquals("{\"a\":{\"b\":2}}",
                edited("{\"a\":{\"b\":1,\"c\":2}}", new Remove("a"), new Put("a.b", "2")));
        assertEquals("{}",
                edited("{\"a\":{\"b\":1}}", new Remove("a"), new Remove("a.b")));
        assertEquals("{\"a\":{\"c\":2}}",
                edited("{\"a\":0}", new Put("a", "{\"b\":1,\"c\":2}"), new Remove("a.b")));
        assertEquals("{\"a\":5}",
                edited("{\"a\":0}", new Put("a", "5"), new Put("a.b", "1")));
    }

    private static final String ITEMS = """
            {"id":"top", "input":[ {"type":"message","id":"m1","x":{"id":7}} , {"id":"r","type":"item_reference"},
            {"id":"rs","type":"reasoning","encrypted_content":"e"},{"type":"reasoning","encrypted_content":null},5 ] }""";

    @Test
    void dropsItemIdsButNotThoseOfReferences() {
        assertEquals("""
                {"id":"top", "input":[ {"type":"message","x":{"id":7}} , {"id":"r","type":"item_reference"},
                {"type":"reasoning","encrypted_content":"e"},{"type":"reasoning","encrypted_content":null},5 ] }""",
                edited(ITEMS, new CorrectInput(Set.of(InputCorrection.DROP_ITEM_IDS))));
    }

    @Test
    void dropsItemReferences() {
        assertEquals("""
                {"id":"top", "input":[ {"type":"message","id":"m1","x":{"id":7}} ,
                {"id":"rs","type":"reasoning","encrypted_content":"e"},{"type":"reasoning","encrypted_content":null},5 ] }""",
                edited(ITEMS, new CorrectInput(Set.of(InputCorrection.DROP_ITEM_REFERENCES))));
    }

    @Test
    void dropsReasoningThatIsEncrypted() {
        assertEquals("""
                {"id":"top", "input":[ {"type":"message","id":"m1","x":{"id":7}} , {"id":"r","type":"item_reference"},\
                {"type":"reasoning","encrypted_content":null},5 ] }""",
                edited(ITEMS, new CorrectInput(Set.of(InputCorrection.DROP_ENCRYPTED_REASONING))));
    }

    @Test
    void leavesAnInputThatIsTextAlone() {
        String body = "{\"input\":\"hi\"}";
        assertEquals(body, edited(body, new CorrectInput(Set.of(InputCorrection.values()))));
    }

    @Test
    void correctsAnInputThatWasPutBefore() {
        assertEquals("{\"input\":[1]}", edited("{}", new Put("input", "[{\"type\":\"item_reference\"},1]"),
                new CorrectInput(Set.of(InputCorrection.DROP_ITEM_REFERENCES))));
    }

    @Test
    void tellsWhereTheBytesDiffer() {
        OutboundBody body = outbound(" {\"a\":1,\"model\":\"fast\",\"b\":{\"c\":2}}", new Put("model", "\"gpt-5\""),
                new Remove("b.c"), new Put("d", "0"));
        assertEquals("[model@16..22, b.c@28..33, d@34..34]", body.splices().toString());
        assertEquals(List.of(7, 0, 6), body.splices().stream().map(OutboundBody.Splice::patchBytes).toList());
    }

    @Test
    void changesNothingWhenTheValueIsThereAlready() {
        assertEquals(List.of(), outbound("{\"model\":\"a\"}", new Put("model", "\"a\"")).splices());
    }

    private static String edited(String body, BodyEdit... edits) {
        OutboundBody outbound = outbound(body, edits);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            outbound.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertEquals(out.size(), outbound.length());
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Between other bytes, so that a place that is counted from the wrong start shows. */
    private static OutboundBody outbound(String body, BodyEdit... edits) {
        byte[] bytes = ("}," + body + "]]").getBytes(StandardCharsets.UTF_8);
        Scan scan = new SpliceScanner().scan(bytes, 2, bytes.length - 2);
        return assertInstanceOf(Scan.Valid.class, scan).body().edited(List.of(edits));
    }
}
