package sluice.http1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.net.Link;

class HttpInputTest {
    private static final int MAX_HEAD = 4096;

    private static HttpInput input(String script, int piece) {
        return new HttpInput(new ScriptLink(script.getBytes(StandardCharsets.ISO_8859_1), piece), MAX_HEAD);
    }

    private static String readAll(HttpBody body, int bufferBytes) throws IOException {
        StringBuilder text = new StringBuilder();
        byte[] buffer = new byte[bufferBytes];
        int count = body.read(buffer, 0, buffer.length);
        while (count >= 0) {
            text.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
            count = body.read(buffer, 0, buffer.length);
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 64, 10_000})
    void readsPipelinedRequestsHoweverTheyAreCut(int piece) throws IOException {
        HttpInput input = input("""
                POST /v1/responses?x=y HTTP/1.1\r
                Host: a\r
                Content-Length: 5\r
                \r
                hello\
                POST /b HTTP/1.1\r
                host:b\r
                Transfer-Encoding: Chunked\r
                \r
                4\r
                wiki\r
                A;ext=1\r
                pedia in c\r
                0\r
                Trailer: x\r
                \r
                GET /c HTTP/1.0\r
                \r
                """, piece);

        RequestHead first = input.readRequestHead().orElseThrow();
        assertEquals("/v1/responses?x=y", first.target());
        assertEquals("/v1/responses", first.path());
        assertEquals("?x=y", first.query());
        assertEquals(5, first.bodyBytes());
        assertTrue(first.keepAlive());
        assertEquals("hello", readAll(input.body(first.bodyBytes()), 3));

        RequestHead second = input.readRequestHead().orElseThrow();
        assertEquals("b", second.headers().value(second.headers().find("HOST")));
        assertEquals("wikipedia in c", readAll(input.body(second.bodyBytes()), 64));

        RequestHead third = input.readRequestHead().orElseThrow();
        assertEquals("GET", third.method());
        assertFalse(third.keepAlive());
        assertEquals(0, third.bodyBytes());
        assertEquals(Optional.empty(), input.readRequestHead());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
        "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n",
        "POST / HTTP/1.1\r\n Content-Length: 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nA: b\r\n folded\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nA: b\0c\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nA: b\rc\r\n\r\n",
        "POST / HTTP/1.1\nHost: a\n\n",
        "POST / HTTP/1.1\r\nHost: a\r\nA: b\nC: d\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\n: empty\r\n\r\n",
        "POST  / HTTP/1.1\r\n\r\n",
        "POST /a b HTTP/1.1\r\n\r\n",
        "POST /\u0001 HTTP/1.1\r\n\r\n",
        "POST / HTTP/2.0\r\n\r\n",
        "POST / HTTP/1.2\r\n\r\n",
        "POST / http/1.1\r\n\r\n",
        "POST /\r\n\r\n",
        "P@ST / HTTP/1.1\r\n\r\n",
        "\r\r\nPOST / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
        "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET a/b HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
    })
    void refusesWhatTwoReadersCouldReadDifferently(String head) {
        for (int piece : new int[] {1, 3, 10_000}) {
            assertThrows(FramingException.class, () -> input(head, piece).readRequestHead(), head);
        }
    }

    @Test
    void readsTheAbsoluteFormAsItsPath() throws IOException {
        assertEquals("/b?c", target("GET http://A:1/b?c HTTP/1.1\r\nHost: a:1\r\n\r\n"));
        assertEquals("/?c", target("GET https://a?c HTTP/1.1\r\nHost: a\r\n\r\n"));
        assertEquals("*", target("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"));
        assertEquals("a:443", target("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"));
    }

    private static String target(String head) throws IOException {
        return input(head, 7).readRequestHead().orElseThrow().target();
    }

    @Test
    void boundsTheExtensionsOfAllChunksTogether() {
        HttpInput input = input(("1;" + "x".repeat(100) + "\r\na\r\n").repeat(50) + "0\r\n\r\n", 10_000);
        assertThrows(FramingException.class, () -> readAll(input.body(RequestHead.CHUNKED), 64));
    }

    @Test
    void refusesAHeadAboveTheLimit() {
        String head = "GET / HTTP/1.1\r\nHost: a\r\nA: " + "x".repeat(MAX_HEAD) + "\r\n\r\n";
        FramingException fault = assertThrows(FramingException.class, () -> input(head, 100).readRequestHead());
        assertEquals(431, fault.status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"g\r\n", "\r\n", "5\n", "5 \r\n", "-1\r\n", "1\r\naX", "1\r\na\rX", "1;\0\r\n", "fffffffffffff\r\n",
        "0\r\nA: b\n\r\n", "0\r\nA\r\n\r\n", "0\r\n: b\r\n\r\n", "0\r\nA : b\r\n\r\n", "0\r\nA: b\r\n c\r\n\r\n",
        "0\r\nA: b\u0001\r\n\r\n", "0\r\nA: b\rc\r\n\r\n", "0\r\nA\u007f: b\r\n\r\n"})
    void refusesBrokenChunks(String chunks) {
        for (int piece : new int[] {1, 10_000}) {
            HttpInput input = input(chunks + "................", piece);
            assertThrows(FramingException.class, () -> readAll(input.body(RequestHead.CHUNKED), 64), chunks);
        }
    }

    @Test
    void readsPastTrailersThatAreHeaderLines() throws IOException {
        assertEquals("hello", readAll(input("5\r\nhello\r\n0\r\nA: b\r\nx-y:\t\u00e4 c\r\nZ:\r\n\r\n", 3).body(RequestHead.CHUNKED), 64));
    }

    @ParameterizedTest
    @ValueSource(strings = {"100-continue", "100-Continue", " , 100-CONTINUE ,", "100-continue\r\nExpect: 100-continue"})
    void knowsWhoWaitsBeforeTheBody(String value) throws IOException {
        assertTrue(expecting("HTTP/1.1", value).expectsContinue());
        assertFalse(expecting("HTTP/1.0", value).expectsContinue());
    }

    @Test
    void refusesExpectationsThatItDoesNotKnow() throws IOException {
        for (String value : new String[] {"tea", "100-continue, tea", "100-continue;q=1", "100-continue\r\nExpect: tea"}) {
            assertEquals(417, assertThrows(FramingException.class, () -> expecting("HTTP/1.1", value)).status());
            assertFalse(expecting("HTTP/1.0", value).expectsContinue());
        }
        assertFalse(expecting("HTTP/1.1", "").expectsContinue());
    }

    private static RequestHead expecting(String version, String value) throws IOException {
        return input("POST / " + version + "\r\nHost: a\r\nExpect: " + value + "\r\n\r\n", 9).readRequestHead().orElseThrow();
    }

    @Test
    void tellsACutFromAnEnd() throws IOException {
        String chunked = "5\r\nhello\r\n0\r\n\r\n";
        for (int cut = 0; cut < chunked.length(); cut++) {
            HttpInput input = input(chunked.substring(0, cut), 4);
            assertThrows(EOFException.class, () -> readAll(input.body(RequestHead.CHUNKED), 64));
        }
        assertEquals("hello", readAll(input(chunked, 4).body(RequestHead.CHUNKED), 64));
        assertThrows(EOFException.class, () -> readAll(input("hell", 4).body(5), 64));
        assertEquals("hell", readAll(input("hell", 4).body(ResponseHead.UNTIL_CLOSE), 64));
    }

    @Test
    void doesNotCallChunkFramingReady() throws IOException {
        HttpBody body = input("5\r\nhello\r\n0\r\n\r\n", 3).body(RequestHead.CHUNKED);
        byte[] buffer = new byte[5];
        assertTrue(body.ready());
        int length = 0;
        while (length < 5) {
            length += body.read(buffer, length, 5 - length);
        }
        assertFalse(body.ready());
        assertTrue(body.finished());
    }

    @Test
    void readsAnswersWithTheFramingThatTheirStatusSays() throws IOException {
        assertEquals(0, input("HTTP/1.1 204 No Content\r\n\r\n", 9).readResponseHead("GET").orElseThrow().bodyBytes());
        assertEquals(0, input("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", 9).readResponseHead("HEAD").orElseThrow().bodyBytes());
        ResponseHead open = input("HTTP/1.1 200\r\n\r\n", 9).readResponseHead("GET").orElseThrow();
        assertEquals(ResponseHead.UNTIL_CLOSE, open.bodyBytes());
        assertFalse(open.keepAlive());
        assertFalse(input("HTTP/1.1 200 OK\r\nConnection: Keep-Alive, Close\r\nContent-Length: 0\r\n\r\n", 9)
                .readResponseHead("GET").orElseThrow().keepAlive());
        assertThrows(FramingException.class, () -> input("HTTP/1.1 2000 OK\r\n\r\n", 9).readResponseHead("GET"));
        assertThrows(FramingException.class, () -> input("HTTP/1.1 20 OK\r\n\r\n", 9).readResponseHead("GET"));
        assertThrows(FramingException.class,
                () -> input("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 9).readResponseHead("GET"));
    }

    @Test
    void keepsWhatItLooksAhead() throws IOException {
        HttpInput input = input("GET / HTTP/1.1\r\nHost:\r\n\r\n", 6);
        assertTrue(input.lookAhead(100));
        assertTrue(input.hasBuffered());
        assertEquals("/", input.readRequestHead().orElseThrow().target());
        assertFalse(input.lookAhead(100));
    }

    /** How many bytes each read had room for, and what it got: one whole message a read, if there is room. */
    private static final class OneByOne implements Link {
        private final ArrayDeque<byte[]> messages = new ArrayDeque<>();
        private final List<Integer> rooms = new ArrayList<>();
        private byte[] rest = {};

        private OneByOne(String... texts) {
            for (String text : texts) {
                messages.add(text.getBytes(StandardCharsets.ISO_8859_1));
            }
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            rooms.add(length);
            if (rest.length == 0) {
                if (messages.isEmpty()) {
                    return -1;
                }
                rest = messages.poll();
            }
            int count = Math.min(length, rest.length);
            System.arraycopy(rest, 0, target, offset, count);
            rest = Arrays.copyOfRange(rest, count, rest.length);
            return count;
        }

        @Override
        public boolean ready() {
            return rest.length > 0;
        }

        @Override
        public void write(byte[] source, int offset, int length) {
            throw new UnsupportedOperationException("only read here");
        }

        @Override
        public void finishOutput() {
            throw new UnsupportedOperationException("only read here");
        }

        @Override
        public boolean secure() {
            return false;
        }

        @Override
        public void close() { }
    }

    private static String post(int bodyBytes) {
        return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + bodyBytes + "\r\n\r\n" + "x".repeat(bodyBytes);
    }

    @Test
    void waitsWithRoomForAnotherSmallRequestAndWithLittleBehindALargeOne() throws IOException {
        OneByOne link = new OneByOne(post(1000), post(1000), post(9000), post(10));
        HttpInput input = new HttpInput(link, MAX_HEAD);

        for (int body : new int[] {1000, 1000, 9000, 10}) {
            assertTrue(input.awaitNext());
            assertEquals(body, readAll(input.body(input.readRequestHead().orElseThrow().bodyBytes()), 16_384).length());
        }
        assertFalse(input.awaitNext());

        // The first and the third in pieces, the second at once; then little is kept for who waits.
        assertEquals(256, link.rooms.get(0));
        int second = link.rooms.indexOf(2048);
        assertTrue(second > 0, link.rooms.toString());
        assertEquals(2048, link.rooms.get(second + 1), "the second in one read, and the wait for the third has the same room");
        assertEquals(256, link.rooms.get(link.rooms.size() - 2), link.rooms.toString());
        assertEquals(256, link.rooms.getLast(), link.rooms.toString());
    }
}
