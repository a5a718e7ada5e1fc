package sluice.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sluice.net.DialTarget;

class ConnectTunnelTest {
    private static final String ESTABLISHED = "HTTP/1.1 200 Connection established\r\n\r\n";

    @Test
    void asksForTheTargetWithCredentials() throws IOException {
        ScriptLink proxy = proxy(ESTABLISHED);
        open(proxy, "https://localhost:4433", "user:pass");
        assertEquals("CONNECT localhost:4433 HTTP/1.1\r\nHost: localhost:4433\r\n"
                + "Proxy-Authorization: Basic dXNlcjpwYXNz\r\n\r\n", new String(proxy.written(), ISO_8859_1));
    }

    @Test
    void informationalAnswersAreReadPast() throws IOException {
        open(proxy("HTTP/1.1 103 Early Hints\r\n\r\n" + ESTABLISHED));
    }

    @Test
    void saysHowAProxyRefused() {
        IOException refused = assertThrows(IOException.class,
                () -> open(proxy("HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")));
        assertEquals("proxy proxy.test:3128 refused the tunnel with status 407", refused.getMessage());
        assertFalse(refused.getMessage().contains("secret"));
    }

    @Test
    void aProxyThatClosesHasNotAnswered() {
        assertTrue(assertThrows(IOException.class, () -> open(proxy(""))).getMessage().contains("closed without an answer"));
    }

    @Test
    void bytesBehindTheAnswerAreNotTheTargets() {
        assertTrue(assertThrows(IOException.class, () -> open(proxy(ESTABLISHED + "x"))).getMessage().contains("sent bytes before"));
    }

    private static ScriptLink proxy(String answer) {
        return new ScriptLink(answer.getBytes(ISO_8859_1), 4096);
    }

    private static void open(ScriptLink proxy) throws IOException {
        open(proxy, "https://api.test", "user:secret");
    }

    private static void open(ScriptLink proxy, String address, String credentials) throws IOException {
        DialTarget target = DialTarget.of(URI.create(address), Optional.of(URI.create("http://" + credentials + "@proxy.test:3128")));
        new ConnectTunnel().open(proxy, target, target.proxy().orElseThrow());
    }
}
