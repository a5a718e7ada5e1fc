package sluice.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import sluice.api.Account;
import sluice.api.Headers;
import sluice.api.Secret;

class HeaderPolicyTest {
    private static final Account ACCOUNT = Account.of("a", URI.create("http://localhost:1/v1"), new Secret("k"));

    @Test
    void keepsCredentialsAndHopsFromTheUpstream() {
        Headers client = Headers.of("Host", "x", "Authorization", "Bearer client", "X-Api-Key", "k", "Cookie", "c",
                "Connection", "keep-alive, X-Hop", "X-Hop", "1", "Transfer-Encoding", "chunked", "Content-Length", "3",
                "OpenAI-Organization", "o", "Origin", "o", "X-Forwarded-For", "1.2.3.4", "X-Sluice-Explain", "1",
                "Accept-Encoding", "gzip", "Expect", "100-continue", "Proxy-Authorization", "p");
        Headers sent = HeaderPolicy.toUpstream(client, ACCOUNT, false);
        assertEquals(1, sent.size(), sent.toString());
        assertEquals("identity", sent.first("accept-encoding").orElseThrow());
    }

    @Test
    void passesWhatTheUpstreamUnderstands() {
        Headers client = Headers.of("session-id", "s", "originator", "codex_exec", "User-Agent", "ua", "OpenAI-Beta", "b",
                "x-codex-window-id", "w", "traceparent", "t", "content-type", "application/json", "content-encoding", "gzip");
        assertEquals(client.size() + 1, HeaderPolicy.toUpstream(client, ACCOUNT, false).size());
        assertFalse(HeaderPolicy.toUpstream(client, ACCOUNT, true).has("content-encoding"));
    }

    @Test
    void keepsWhoIsWhoFromTheOtherSide() {
        Headers client = Headers.of("ChatGPT-Account-ID", "a", "X_Api_Key", "k", "x_forwarded-for", "1.2.3.4", "session_id", "s",
                "X-Forwarded-Scheme", "http", "X_FORWARDED_SERVER", "s", "X-Original-Host", "h", "X-Envoy-Original-Path", "/admin",
                "HTTP2-Settings", "AAMAAABk", "Proxy", "http://x", "Cookie2", "c", "True-Client-IP", "1", "X-Goog-Api-Key", "k");
        Headers sent = HeaderPolicy.toUpstream(client, ACCOUNT, false);
        assertEquals("s", sent.first("session_id").orElseThrow());
        assertEquals(2, sent.size(), "besides accept-encoding");
        List<String> told = new ArrayList<>();
        HeaderPolicy.toClient(Headers.of("OpenAI-Organization", "o", "openai-project", "p", "openai-processing-ms", "5"),
                HeaderPolicy.Form.AS_IT_IS, new Answer.Lines() {
                    @Override
                    public void add(String name, String value) {
                        told.add(name);
                    }

                    @Override
                    public void add(Headers headers, int index) {
                        told.add(headers.name(index));
                    }
                });
        assertEquals(List.of("openai-processing-ms"), told);
    }

    @Test
    void aHeaderOfTheAccountIsItsAloneHoweverItIsSpelled() {
        Account.Endpoint plain = ACCOUNT.endpoint();
        Account fixed = new Account("a", new Account.Endpoint(plain.baseUrl(), plain.apiKey(), Map.of("X-Tenant-Key", "mine"),
                plain.proxy(), plain.timeouts()), ACCOUNT.rank(), ACCOUNT.offer(), ACCOUNT.edits());
        Headers sent = HeaderPolicy.toUpstream(Headers.of("x-tenant-key", "1", "X_Tenant_Key", "2", "x_tenant-key", "3", "x-tenant", "4"),
                fixed, false);
        assertEquals("mine", sent.first("X-Tenant-Key").orElseThrow());
        assertEquals(3, sent.size(), "that, accept-encoding and what has another name");
    }

    @Test
    void keepsConnectionMattersFromTheClient() {
        Headers upstream = Headers.of("x-request-id", "r", "Set-Cookie", "c", "Alt-Svc", "h3", "Strict-Transport-Security", "x",
                "Content-Length", "5", "Connection", "close", "x-ratelimit-remaining-tokens", "7", "x-codex-turn-state", "ts",
                "Content-Type", "text/event-stream; charset=utf-8", "x-sluice-error", "gateway");
        StringBuilder out = new StringBuilder();
        HeaderPolicy.toClient(upstream, HeaderPolicy.Form.STREAM, new Answer.Lines() {
            @Override
            public void add(String name, String value) {
                out.append(name).append(": ").append(value).append("\r\n");
            }

            @Override
            public void add(Headers headers, int index) {
                add(headers.name(index), headers.value(index));
            }
        });
        String lines = out.toString();
        assertEquals("""
                x-request-id: r\r
                x-ratelimit-remaining-tokens: 7\r
                x-codex-turn-state: ts\r
                content-type: text/event-stream\r
                cache-control: no-cache\r
                x-accel-buffering: no\r
                """, lines);
        assertTrue(lines.endsWith("\r\n"));
    }
}
