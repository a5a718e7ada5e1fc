package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.http1.HttpInput;
import sluice.http1.RequestHead;
import sluice.net.SocketLink;

/** What a turn's messages are, whatever bytes its account sends: text. */
class TurnTextTest {
    private static final String SECOND = "{\"type\":\"response.output_text.delta\",\"delta\":\"aXb\"}";

    /** Answers one turn by HTTP, as events; {@code no} stands for X. */
    private static void serve(ServerSocket account, byte[] no) {
        try (Socket socket = account.accept()) {
            HttpInput input = new HttpInput(new SocketLink(socket), 64 * 1024);
            RequestHead head = input.readRequestHead().orElseThrow();
            byte[] body = new byte[(int) head.bodyBytes()];
            int length = 0;
            for (var in = input.body(head.bodyBytes()); length < body.length;) {
                length += in.read(body, length, body.length - length);
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n".getBytes());
            for (String event : List.of(SayingUpstream.created("m"), SECOND,
                    SayingUpstream.end("response.completed", "completed", "m", SayingUpstream.usage()))) {
                out.writeBytes("data: ".getBytes());
                for (byte one : event.getBytes(StandardCharsets.UTF_8)) {
                    out.writeBytes(one == 'X' ? no : new byte[] {one});
                }
                out.writeBytes("\n\n".getBytes());
            }
            socket.getOutputStream().write(out.toByteArray());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff", "c0af", "eda080", "f0"})
    void whatIsNoTextIsReplaced(String no) throws Exception {
        byte[] bytes = java.util.HexFormat.of().parseHex(no);
        try (ServerSocket account = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                SayingUpstream resting = new SayingUpstream()) {
            Thread.ofVirtual().start(() -> serve(account, bytes));
            resting.account("sk-z", asked -> new SayingUpstream.Say.Close(1011, "not now"));
            try (RunningGateway gateway = RunningGateway.of("accounts:\n  - {name: a, tier: 0, api-key: sk-a, websocket: off, base-url: \""
                    + "http://127.0.0.1:" + account.getLocalPort() + "/v1\"}\n  - {name: z, tier: 1, api-key: sk-z, base-url: \""
                    + resting.uri() + "\"}\n");
                    TestWebSocket socket = TestWebSocket.open(gateway.port())) {
                gateway.process().gateway().inForce().scheduler().control("z", sluice.api.AccountScheduler.Control.COOL);
                socket.send("{\"type\":\"response.create\",\"model\":\"m\",\"input\":\"hi\"}");
                List<String> heard = socket.rest(message -> { });
                assertEquals(3, heard.size(), heard.toString());
                assertTrue(heard.get(1).contains("a\uFFFD"), heard.get(1));
                assertEquals("response.completed", TestWebSocket.type(heard.getLast()));
            }
        }
    }
}
