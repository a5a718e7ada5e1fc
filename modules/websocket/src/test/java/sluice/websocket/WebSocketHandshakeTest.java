package sluice.websocket;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import sluice.api.Headers;
import sluice.http1.HttpInput;
import sluice.http1.RequestHead;
import sluice.http1.ResponseHead;
import sluice.net.ByteBuilder;
import sluice.websocket.WebSocketHandshake.Asked;
import sluice.websocket.WebSocketHandshake.Opened;

class WebSocketHandshakeTest {
    /** The example of RFC 6455 §1.3. */
    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
    private static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    @Test
    void acceptsAsInTheRfc() {
        assertEquals(ACCEPT, WebSocketHandshake.accept(KEY));
    }

    @Test
    void readsAnUpgradeWithoutRegardToCaseAndAmongOthers() throws IOException {
        assertEquals(new Asked.Upgrade(KEY), asked("GET", "Upgrade: WebSocket", "Connection: keep-alive, UPGRADE",
                "Sec-WebSocket-Version: 13", "sec-websocket-key: " + KEY));
        assertEquals(new Asked.Upgrade(KEY), asked("GET", "Upgrade: h2c", "upgrade: h3, websocket", "Connection: close",
                "Connection: upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + KEY));
    }

    @Test
    void aRequestWithoutUpgradeIsPlain() throws IOException {
        assertEquals(new Asked.Plain(), asked("GET", "Connection: Upgrade", "Sec-WebSocket-Key: " + KEY));
        assertEquals(new Asked.Plain(), asked("POST", "Upgrade: h2c", "Connection: Upgrade"));
    }

    @Test
    void namesWhatIsWrongWithAnUpgrade() throws IOException {
        assertFaulty(400, "POST", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: " + KEY);
        assertFaulty(400, "GET", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + KEY);
        assertFaulty(426, "GET", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 8",
                "Sec-WebSocket-Key: " + KEY);
        assertFaulty(426, "GET", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: " + KEY);
        assertFaulty(400, "GET", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13");
        assertFaulty(400, "GET", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: c2hvcnQ=");
        assertFaulty(400, "GET", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: not base64!");
        assertFaulty(400, "GET", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: " + KEY, "Sec-WebSocket-Key: " + KEY);
        assertFaulty(400, "GET", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: " + KEY, "Content-Length: 4");
    }

    @Test
    void theTwoEndsUnderstandEachOther() throws IOException {
        ByteBuilder request = new ByteBuilder(64);
        String key = WebSocketHandshake.newKey();
        Headers more = Headers.of("originator", "codex_exec", "Sec-WebSocket-Extensions", "permessage-deflate",
                "Connection", "close", "Host", "elsewhere", "openai-beta", "responses_websockets=2026-02-06");
        WebSocketHandshake.request("/v1/responses?a=b", "api.test:8443", key, more, request);
        RequestHead head = input(request).readRequestHead().orElseThrow();
        assertEquals("/v1/responses?a=b", head.target());
        assertEquals("api.test:8443", head.headers().first("host").orElseThrow());
        assertEquals("codex_exec", head.headers().first("Originator").orElseThrow());
        assertFalse(head.headers().has("sec-websocket-extensions"));
        assertEquals(1, count(head.headers(), "connection"));
        assertEquals(1, count(head.headers(), "host"));
        Asked.Upgrade upgrade = assertInstanceOf(Asked.Upgrade.class, WebSocketHandshake.asked(head));
        ByteBuilder answer = new ByteBuilder(64);
        WebSocketHandshake.switching(upgrade.key(), Headers.of("x-codex-turn-state", "state"), answer);
        ResponseHead opened = input(answer).readResponseHead("GET").orElseThrow();
        assertEquals(new Opened.Open(), WebSocketHandshake.opened(opened, key));
        assertEquals("state", opened.headers().first("x-codex-turn-state").orElseThrow());
    }

    @Test
    void everyKeyIsNew() {
        assertNotEquals(WebSocketHandshake.newKey(), WebSocketHandshake.newKey());
    }

    @Test
    void anAnswerMustBreakNoRule() throws IOException {
        String start = "HTTP/1.1 101 Switching Protocols\r\n";
        String right = start + "Upgrade: WebSocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: " + ACCEPT + "\r\n";
        assertEquals(new Opened.Open(), opened(right));
        assertInstanceOf(Opened.Broken.class, opened(right + "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
        assertInstanceOf(Opened.Broken.class, opened(right + "Sec-WebSocket-Protocol: chat\r\n"));
        assertInstanceOf(Opened.Broken.class, opened(right.replace(ACCEPT, WebSocketHandshake.accept("other"))));
        assertInstanceOf(Opened.Broken.class, opened(right.replace("WebSocket\r\n", "h2c\r\n")));
        assertInstanceOf(Opened.Broken.class, opened(right.replace("Connection: upgrade", "Connection: close")));
        assertEquals(new Opened.Refused(401), opened("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n"));
    }

    private static Opened opened(String head) throws IOException {
        byte[] bytes = (head + "\r\n").getBytes(ISO_8859_1);
        ScriptLink link = new ScriptLink(bytes, bytes.length);
        return WebSocketHandshake.opened(new HttpInput(link, 4096).readResponseHead("GET").orElseThrow(), KEY);
    }

    private static void assertFaulty(int status, String method, String... lines) throws IOException {
        Asked.Faulty faulty = assertInstanceOf(Asked.Faulty.class, asked(method, lines));
        assertEquals(status, faulty.status());
        assertTrue(faulty.reason().length() > 10);
    }

    private static Asked asked(String method, String... lines) throws IOException {
        ByteBuilder head = new ByteBuilder(64).ascii(method + " /v1/responses HTTP/1.1\r\nHost: h\r\n");
        for (String line : lines) {
            head.ascii(line).crlf();
        }
        return WebSocketHandshake.asked(input(head.crlf()).readRequestHead().orElseThrow());
    }

    private static HttpInput input(ByteBuilder bytes) {
        byte[] script = java.util.Arrays.copyOf(bytes.array(), bytes.length());
        return new HttpInput(new ScriptLink(script, script.length), 4096);
    }

    private static int count(Headers headers, String name) {
        int count = 0;
        for (int i = headers.find(name); i >= 0; i = headers.find(name, i + 1)) {
            count++;
        }
        return count;
    }
}
