package sluice.websocket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static sluice.websocket.Frames.BINARY;
import static sluice.websocket.Frames.CLOSE;
import static sluice.websocket.Frames.FIN;
import static sluice.websocket.Frames.PING;
import static sluice.websocket.Frames.PONG;
import static sluice.websocket.Frames.TEXT;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import sluice.http1.HttpInput;

/** Shaped after the sections of the Autobahn test suite: 1 framing, 2 pings, 3 reserved bits, 4 opcodes, 5 fragments, ... */
class WebSocketProtocolTest {
    private static final int LIMIT = 1 << 20;
    private static final String KOSME = "Hello-µ@ßöäüàá-κόσμε-你好-🙂-UTF-8!!";

    // 1: framing

    @Test
    void messagesOfEveryFrameSizeArriveWhole() {
        for (int length : new int[] {0, 1, 125, 126, 127, 128, 65_535, 65_536, 65_537, 100_000}) {
            byte[] payload = pattern(length);
            for (int piece : new int[] {1, 997, 4096, Integer.MAX_VALUE}) {
                String hex = HexFormat.of().formatHex(payload);
                assertReceived(Frames.ofClient().frame(FIN | TEXT, payload).frame(FIN | BINARY, payload), piece,
                        "text " + hex, "binary " + hex, "closed 1006");
            }
        }
    }

    @Test
    void lengthsMustBeInTheirShortestForm() {
        assertReceived(Frames.ofClient().header(FIN | BINARY, 126, 2, 125), "closed 1002");
        assertReceived(Frames.ofClient().header(FIN | BINARY, 127, 8, 65_535), "closed 1002");
    }

    @Test
    void aLengthWithItsTopBitSetIsRefused() {
        assertReceived(Frames.ofClient().header(FIN | BINARY, 127, 8, Long.MIN_VALUE), "closed 1002");
        assertReceived(Frames.ofClient().header(FIN | BINARY, 127, 8, -1), "closed 1002");
    }

    // 2: pings and pongs

    @Test
    void everyPingIsAnsweredInOrderWithItsPayload() {
        Frames sent = Frames.ofClient();
        Frames answered = Frames.ofServer();
        for (int i = 0; i < 10; i++) {
            sent.frame(FIN | PING, pattern(i * 12));
            answered.frame(FIN | PONG, pattern(i * 12));
        }
        sent.frame(FIN | PING, pattern(125));
        answered.frame(FIN | PONG, pattern(125));
        ScriptLink link = new ScriptLink(sent.bytes(), 1);
        assertEquals(List.of("closed 1006"), Frames.received(server(link)));
        assertArrayEquals(answered.bytes(), link.written());
    }

    @Test
    void aPingAbove125BytesIsRefused() {
        assertReceived(Frames.ofClient().frame(FIN | PING, pattern(126)), "closed 1002");
    }

    @Test
    void pongsThatNobodyAskedForAreReported() {
        assertReceived(Frames.ofClient().frame(FIN | PONG, "x").text("y"), "pong 78", "text 79", "closed 1006");
    }

    @Test
    void aPingFloodIsEnded() {
        Frames flood = Frames.ofClient();
        for (int i = 0; i <= Indulgence.BURST; i++) {
            flood.frame(FIN | PING, "");
        }
        assertReceived(flood, "closed 1008");
    }

    @Test
    void pingsAtAnHonestPaceGoOnForever() {
        Frames pings = Frames.ofClient();
        int count = 20 * Indulgence.BURST;
        for (int i = 0; i < count; i++) {
            pings.frame(FIN | PING, "");
        }
        long[] now = new long[1];
        ScriptLink link = new ScriptLink(pings.close(1000, "").bytes(), 64);
        WebSocketConnection connection = WebSocketConnection.server(link, new HttpInput(link, 1024), LIMIT,
                () -> now[0] += Indulgence.REFILL_NANOS);
        assertEquals(List.of("closed 1000"), Frames.received(connection));
    }

    @Test
    void aMessageThatIsSaidToBeWholeIsReadWithoutTheLink() {
        for (int length : new int[] {0, 1, 125, 126, 300, 3000}) {
            byte[] bytes = Frames.ofClient().text("first").text("x".repeat(length)).bytes();
            int second = Frames.ofClient().text("first").bytes().length;
            for (int here = second; here <= bytes.length; here++) {
                ScriptLink link = new ScriptLink(Arrays.copyOf(bytes, here), 64 * 1024);
                WebSocketConnection connection = WebSocketConnection.server(link, new HttpInput(link, 1024), LIMIT, () -> 0);
                connection.receive();
                assertEquals(here == bytes.length, connection.hasWholeMessage(), length + " at " + here);
            }
        }
    }

    @Test
    void neitherAFragmentNorAControlFrameIsAWholeMessage() {
        for (Frames next : List.of(Frames.ofClient().text("a").frame(TEXT, "frag"), Frames.ofClient().text("a").frame(FIN | PING, "p"),
                Frames.ofClient().text("a").close(1000, ""))) {
            ScriptLink link = new ScriptLink(next.bytes(), 64 * 1024);
            WebSocketConnection connection = server(link);
            connection.receive();
            assertFalse(connection.hasWholeMessage());
        }
    }

    @Test
    void aMessageWithoutRoomIsReadPastAndTheNextArrives() {
        Frames sent = Frames.ofClient().text("a").frame(TEXT, pattern(90)).frame(FIN | PING, "p").frame(0, pattern(5000))
                .frame(FIN, pattern(70_000)).text("b").frame(TEXT, "c").frame(FIN, pattern(20)).text("d");
        for (int piece : new int[] {1, 100, 100_000}) {
            ScriptLink link = new ScriptLink(sent.bytes(), piece);
            List<String> told = new ArrayList<>();
            MessageRoom room = new MessageRoom() {
                @Override
                public boolean reserve(int bytes) {
                    told.add("reserve " + bytes);
                    return bytes < 20;
                }

                @Override
                public void passed(long bytes) {
                    told.add("passed " + bytes);
                }
            };
            WebSocketConnection connection = WebSocketConnection.server(link, new HttpInput(link, 1024), LIMIT, room, () -> 0);
            assertEquals(List.of("text 61", "text 62", "text 64", "closed 1006"), Frames.received(connection));
            assertEquals(List.of("reserve 1", "reserve 90", "passed 75090", "reserve 1", "reserve 1", "reserve 20", "passed 21",
                    "reserve 1"), told);
            assertTrue(link.largestTargetBytes() <= 16 * 1024, "nothing is allocated for what is not kept");
        }
    }

    // 3 and 4: reserved bits and opcodes

    @Test
    void reservedBitsAreRefused() {
        for (int bits = 0x10; bits <= 0x70; bits += 0x10) {
            for (int opcode : new int[] {TEXT, BINARY, CLOSE, PING, PONG}) {
                assertReceived(Frames.ofClient().text("a").frame(FIN | bits | opcode, "b"), "text 61", "closed 1002");
            }
        }
    }

    @Test
    void reservedOpcodesAreRefused() {
        for (int opcode : new int[] {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
            assertReceived(Frames.ofClient().text("a").frame(FIN | opcode, "b"), "text 61", "closed 1002");
            assertReceived(Frames.ofClient().frame(FIN | opcode, ""), "closed 1002");
        }
    }

    // 5: fragments

    @Test
    void fragmentsAreJoinedAsBytesWithControlFramesBetweenThem() {
        Frames sent = Frames.ofClient().frame(TEXT, "frag").frame(FIN | PING, "p").frame(0, "").frame(FIN | PONG, "q")
                .frame(0, "men").frame(FIN, "t").text("next");
        ScriptLink link = new ScriptLink(sent.bytes(), 3);
        assertEquals(List.of("pong 71", "text " + hex("fragment"), "text " + hex("next"), "closed 1006"),
                Frames.received(server(link)));
        assertArrayEquals(Frames.ofServer().frame(FIN | PONG, "p").bytes(), link.written());
    }

    @Test
    void fragmentedControlFramesAreRefused() {
        assertReceived(Frames.ofClient().frame(PING, "a").frame(FIN, "b"), "closed 1002");
        assertReceived(Frames.ofClient().frame(CLOSE, Frames.closePayload(1000, new byte[0])), "closed 1002");
    }

    @Test
    void aContinuationNeedsAMessageAndAMessageNeedsItsEnd() {
        assertReceived(Frames.ofClient().frame(FIN, "a"), "closed 1002");
        assertReceived(Frames.ofClient().frame(0, "a"), "closed 1002");
        assertReceived(Frames.ofClient().text("a").frame(FIN, "b"), "text 61", "closed 1002");
        assertReceived(Frames.ofClient().frame(TEXT, "a").text("b"), "closed 1002");
        assertReceived(Frames.ofClient().frame(TEXT, "a").frame(FIN | BINARY, "b"), "closed 1002");
    }

    @Test
    void emptyFragmentsAreLegalButNotWithoutEnd() {
        Frames few = Frames.ofClient().frame(TEXT, "").frame(0, "").frame(FIN, "");
        assertReceived(few, "text ", "closed 1006");
        Frames many = Frames.ofClient().frame(TEXT, "");
        for (int i = 0; i < 2000; i++) {
            many.frame(0, "");
        }
        assertReceived(many, "closed 1008");
    }

    // 6: UTF-8

    @Test
    void aCodePointMaySplitOverFragmentsAnywhere() {
        byte[] text = KOSME.getBytes(StandardCharsets.UTF_8);
        for (int cut = 0; cut <= text.length; cut++) {
            Frames sent = Frames.ofClient().frame(TEXT, Arrays.copyOf(text, cut)).frame(FIN | PING, "")
                    .frame(FIN, Arrays.copyOfRange(text, cut, text.length));
            assertReceived(sent, "text " + HexFormat.of().formatHex(text), "closed 1006");
        }
    }

    @Test
    void textThatIsNotUtf8IsRefusedAtItsFirstWrongByte() {
        byte[] wrong = HexFormat.of().parseHex("cebae1bdb9cf83cebcceb5f4908080656469746564");
        Frames unfinished = Frames.ofClient().frame(TEXT, Arrays.copyOf(wrong, 13));
        assertReceived(unfinished, "closed 1007");
        assertReceived(Frames.ofClient().frame(FIN | TEXT, wrong), "closed 1007");
        String hex = HexFormat.of().formatHex(wrong);
        assertReceived(Frames.ofClient().frame(FIN | BINARY, wrong), "binary " + hex, "closed 1006");
    }

    @Test
    void textMustNotEndWithinACharacter() {
        byte[] half = Arrays.copyOf("🙂".getBytes(StandardCharsets.UTF_8), 3);
        assertReceived(Frames.ofClient().frame(FIN | TEXT, half), "closed 1007");
        assertReceived(Frames.ofClient().frame(TEXT, half).frame(FIN, ""), "closed 1007");
    }

    // 7: close

    @Test
    void aCloseIsEchoedOnceAndEndsTheReceiving() {
        ScriptLink link = new ScriptLink(Frames.ofClient().close(1001, "bye").text("late").close(1000, "").bytes(), 5);
        WebSocketConnection connection = server(link);
        assertEquals(new WebSocketEvent.Closed(1001, "bye", true), connection.receive());
        assertEquals(new WebSocketEvent.Closed(1001, "bye", true), connection.receive());
        assertArrayEquals(Frames.ofServer().close(1001, "").bytes(), link.written());
    }

    @Test
    void aCloseWithoutACodeIsEchoedWithoutOne() {
        ScriptLink link = new ScriptLink(Frames.ofClient().frame(FIN | CLOSE, "").bytes(), 5);
        assertEquals(List.of("closed 1005"), Frames.received(server(link)));
        assertArrayEquals(Frames.ofServer().frame(FIN | CLOSE, "").bytes(), link.written());
    }

    @Test
    void onlyLegalCloseCodesAreAccepted() {
        for (int code = 0; code <= 0xFFFF; code++) {
            boolean legal = code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006
                    || code >= 3000 && code <= 4999;
            assertReceived(Frames.ofClient().close(code, ""), "closed " + (legal ? code : 1002));
        }
    }

    @Test
    void aCloseOfOneByteOrWithABrokenReasonIsRefused() {
        assertReceived(Frames.ofClient().frame(FIN | CLOSE, "x"), "closed 1002");
        byte[] half = Frames.closePayload(1000, new byte[] {(byte) 0xCE});
        assertReceived(Frames.ofClient().frame(FIN | CLOSE, half), "closed 1007");
        assertReceived(Frames.ofClient().close(1000, "r".repeat(123)), "closed 1000");
        assertReceived(Frames.ofClient().close(1000, "r".repeat(124)), "closed 1002");
    }

    @Test
    void aViolationIsAnsweredWithItsCode() {
        ScriptLink link = new ScriptLink(Frames.ofServer().text("not masked").bytes(), 5);
        WebSocketEvent.Closed closed = assertInstanceOf(WebSocketEvent.Closed.class, server(link).receive());
        assertEquals(1002, closed.code());
        assertEquals(List.of("closed 1002"), Frames.expected(link.written(), false, LIMIT));
    }

    @Test
    void aServerMustNotMask() {
        ScriptLink link = new ScriptLink(Frames.ofClient().text("masked").bytes(), 5);
        assertEquals(List.of("closed 1002"), Frames.received(client(link)));
    }

    // 9 and 10: limits, and many fragments

    @Test
    void aMessageAboveTheLimitIsRefusedBeforeItIsRead() {
        assertReceived(Frames.ofClient().header(FIN | TEXT, 127, 8, LIMIT + 1), "closed 1009");
        assertReceived(Frames.ofClient().frame(BINARY, pattern(LIMIT - 1)).header(FIN, 2, 0, 0), "closed 1009");
        assertReceived(Frames.ofClient().frame(BINARY, pattern(LIMIT)), "closed 1006");
    }

    @Test
    void aLengthThatLiesAllocatesNoMoreThanAClamp() {
        byte[] lie = Frames.ofClient().header(FIN | BINARY, 127, 8, WebSocketConnection.MAX_MESSAGE_BYTES).bytes();
        ScriptLink link = new ScriptLink(Arrays.copyOf(lie, lie.length + 10), 1024);
        WebSocketConnection connection = WebSocketConnection.server(link, new HttpInput(link, 1024),
                WebSocketConnection.MAX_MESSAGE_BYTES, System::nanoTime);
        assertEquals(List.of("closed 1006"), Frames.received(connection));
        assertTrue(link.largestTargetBytes() <= MessageInput.CLAMP_BYTES, "allocated " + link.largestTargetBytes());
    }

    @Test
    void aMessageOf64MebibytesPasses() {
        byte[] payload = new byte[WebSocketConnection.MAX_MESSAGE_BYTES];
        Arrays.fill(payload, (byte) 'x');
        byte[] bytes = Frames.ofClient().frame(FIN | TEXT, payload).bytes();
        ScriptLink link = new ScriptLink(bytes, Integer.MAX_VALUE);
        WebSocketConnection connection = WebSocketConnection.server(link, new HttpInput(link, 1024),
                WebSocketConnection.MAX_MESSAGE_BYTES, System::nanoTime);
        WebSocketEvent.Message message = assertInstanceOf(WebSocketEvent.Message.class, connection.receive());
        assertTrue(Arrays.equals(payload, 0, payload.length, message.buffer(), message.offset(),
                message.offset() + message.length()));
    }

    @Test
    void thousandsOfFragmentsAreJoined() {
        byte[] payload = pattern(65_536);
        Frames sent = Frames.ofClient();
        for (int at = 0; at < payload.length; at += 13) {
            int end = Math.min(payload.length, at + 13);
            sent.frame((at == 0 ? TEXT : 0) | (end == payload.length ? FIN : 0), Arrays.copyOfRange(payload, at, end));
        }
        assertReceived(sent, "text " + HexFormat.of().formatHex(payload), "closed 1006");
    }

    // Anomalies: every cut, every flipped bit

    @Test
    void everyCutIsAnAbnormalEndAfterWhatWasWhole() {
        byte[] bytes = sample().bytes();
        for (int cut = 0; cut <= bytes.length; cut++) {
            byte[] head = Arrays.copyOf(bytes, cut);
            ScriptLink link = new ScriptLink(head, 7);
            assertEquals(Frames.expected(head, true, LIMIT), Frames.received(server(link)), "cut at " + cut);
        }
    }

    @Test
    void everySplitIntoReadsGivesTheSameEvents() {
        byte[] bytes = sample().bytes();
        List<String> expected = Frames.expected(bytes, true, LIMIT);
        for (int piece = 1; piece <= bytes.length; piece++) {
            assertEquals(expected, Frames.received(server(new ScriptLink(bytes, piece))), "pieces of " + piece);
        }
    }

    @Test
    void everySingleBitFlipOfAHeaderGetsTheRightCode() {
        Frames sample = sample();
        for (int position : sample.headerPositions()) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] bytes = sample.bytes();
                bytes[position] ^= (byte) (1 << bit);
                assertEquals(Frames.expected(bytes, true, LIMIT), Frames.received(server(new ScriptLink(bytes, 11))),
                        "bit " + bit + " of byte " + position);
            }
        }
    }

    @Test
    void randomDamageNeverDoesMoreThanTheReferenceSays() {
        Random random = new Random(10);
        byte[] bytes = sample().bytes();
        for (int round = 0; round < 3000; round++) {
            byte[] damaged = bytes.clone();
            for (int i = random.nextInt(1, 6); i > 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            assertEquals(Frames.expected(damaged, true, LIMIT), Frames.received(server(new ScriptLink(damaged, 16))));
        }
    }

    // Sending

    @Test
    void whatIsSentIsReadByTheReference() throws IOException {
        for (int length : new int[] {0, 125, 126, 65_535, 65_536, 200_000}) {
            byte[] payload = pattern(length);
            for (boolean asClient : new boolean[] {true, false}) {
                ScriptLink link = new ScriptLink(new byte[0], 1);
                WebSocketConnection connection = asClient ? client(link) : server(link);
                connection.sendText(payload, 0, length);
                connection.sendClose(1000, "done");
                assertEquals(List.of("text " + HexFormat.of().formatHex(payload), "closed 1000"),
                        Frames.expected(link.written(), asClient, LIMIT));
                assertArrayEquals(pattern(length), payload, "the caller's bytes stay");
            }
        }
    }

    @Test
    void relaysAMessageInOneWriteWithANewHeader() throws IOException {
        for (boolean text : new boolean[] {true, false}) {
            Frames sent = Frames.ofClient().frame(text ? TEXT : BINARY, pattern(100)).frame(FIN, pattern(70_000));
            WebSocketConnection from = server(new ScriptLink(sent.bytes(), 1000));
            WebSocketEvent.Message message = assertInstanceOf(WebSocketEvent.Message.class, from.receive());
            String hex = HexFormat.of().formatHex(message.buffer(), message.offset(), message.offset() + message.length());
            for (boolean asClient : new boolean[] {false, true}) {
                ScriptLink link = new ScriptLink(new byte[0], 1);
                (asClient ? client(link) : server(link)).relay(message);
                assertEquals(1, link.writes());
                assertEquals(List.of((text ? "text " : "binary ") + hex, "closed 1006"),
                        Frames.expected(link.written(), asClient, LIMIT));
            }
        }
    }

    @Test
    void aKeptMessageSurvivesTheNextOne() {
        WebSocketConnection connection = server(new ScriptLink(Frames.ofClient().text("first").text("other").bytes(), 100));
        WebSocketEvent.Message first = assertInstanceOf(WebSocketEvent.Message.class, connection.receive());
        connection.keepMessage();
        WebSocketEvent.Message second = assertInstanceOf(WebSocketEvent.Message.class, connection.receive());
        assertEquals("first", first.asText());
        assertEquals("other", second.asText());
    }

    @Test
    void aLongReasonIsCutBetweenCharacters() throws IOException {
        ScriptLink link = new ScriptLink(new byte[0], 1);
        server(link).sendClose(1011, "ä".repeat(100));
        byte[] payload = Arrays.copyOfRange(link.written(), 2, link.written().length);
        assertEquals("ä".repeat(61), new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8));
    }

    private static Frames sample() {
        return Frames.ofClient().text("{\"type\":\"response.create\"}").frame(TEXT, "ä").frame(FIN | PING, "ping")
                .frame(0, pattern(130)).frame(FIN | PONG, "pong").frame(FIN, "🙂").frame(FIN | BINARY, pattern(300))
                .close(1000, "bye");
    }

    private static byte[] pattern(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) ('!' + i % 90);
        }
        return bytes;
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertReceived(Frames sent, String... events) {
        assertReceived(sent, 4096, events);
    }

    private static void assertReceived(Frames sent, int piece, String... events) {
        assertEquals(List.of(events), Frames.received(server(new ScriptLink(sent.bytes(), piece))));
    }

    private static WebSocketConnection server(ScriptLink link) {
        return WebSocketConnection.server(link, new HttpInput(link, 1024), LIMIT, () -> 0);
    }

    private static WebSocketConnection client(ScriptLink link) {
        return WebSocketConnection.client(link, new HttpInput(link, 1024), LIMIT, () -> 0);
    }
}
