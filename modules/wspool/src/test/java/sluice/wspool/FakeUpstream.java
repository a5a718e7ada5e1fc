package sluice.wspool;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import sluice.api.Account;
import sluice.api.Headers;
import sluice.api.Secret;
import sluice.http1.HttpInput;
import sluice.http1.RequestHead;
import sluice.net.ByteBuilder;
import sluice.net.Link;
import sluice.net.SocketLink;
import sluice.websocket.WebSocketConnection;
import sluice.websocket.WebSocketEvent;
import sluice.websocket.WebSocketHandshake;

/** An upstream on loopback: every WebSocket message goes to the script, which answers it as it likes. */
final class FakeUpstream implements AutoCloseable {
    /** What the upstream does with a message. */
    interface Script {
        void answer(WebSocketConnection socket, String message) throws IOException;
    }

    private final ServerSocket listener;
    private final Thread acceptor;
    private final Script script;
    private final BlockingQueue<RequestHead> handshakes = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final BlockingQueue<WebSocketEvent.Closed> ends = new LinkedBlockingQueue<>();
    private final BlockingQueue<WebSocketConnection> sockets = new LinkedBlockingQueue<>();
    private final Map<Link, Boolean> open = new ConcurrentHashMap<>();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile String refusal = "";
    private volatile boolean still;
    private volatile Headers handshakeHeaders = Headers.EMPTY;

    FakeUpstream(Script script) throws IOException {
        this.script = script;
        listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        acceptor = Thread.ofVirtual().start(this::accept);
    }

    /** Every turn: created, a delta with the message's length, completed. */
    static FakeUpstream obliging() throws IOException {
        return new FakeUpstream((socket, message) -> {
            socket.sendText("{\"type\":\"response.created\",\"response\":{\"id\":\"resp_1\"}}");
            socket.sendText("{\"type\":\"response.output_text.delta\",\"delta\":\"" + message.length() + "\"}");
            socket.sendText("{\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\"}}");
        });
    }

    Account account() {
        return Account.of("main", URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/v1"), new Secret("key"));
    }

    /** From now on handshakes get this HTTP answer; empty: they succeed. */
    void refuse(String answer) {
        refusal = answer;
    }

    /** Whether handshakes get no answer. */
    void standStill(boolean now) {
        still = now;
    }

    void handshakeHeaders(Headers headers) {
        handshakeHeaders = headers;
    }

    RequestHead handshake() throws InterruptedException {
        return handshakes.take();
    }

    String message() throws InterruptedException {
        return messages.take();
    }

    WebSocketEvent.Closed end() throws InterruptedException {
        return ends.take();
    }

    /** The next connection that was opened. */
    WebSocketConnection socket() throws InterruptedException {
        return sockets.take();
    }

    int connections() {
        return connections.get();
    }

    /** Breaks all connections without a close frame. */
    void cutAll() {
        open.keySet().forEach(Link::close);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        try {
            // A thread that has just begun to accept would serve one more.
            acceptor.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        cutAll();
    }

    private void accept() {
        try {
            while (true) {
                Link link = new SocketLink(listener.accept());
                open.put(link, true);
                Thread.ofVirtual().start(() -> serve(link));
            }
        } catch (IOException e) {
            // the test is over
        }
    }

    private void serve(Link link) {
        try {
            HttpInput input = new HttpInput(link, 64 * 1024);
            Optional<RequestHead> head = input.readRequestHead();
            if (head.isPresent() && WebSocketHandshake.asked(head.get()) instanceof WebSocketHandshake.Asked.Upgrade asked) {
                handshakes.add(head.get());
                if (still) {
                    input.readRequestHead();
                    return;
                }
                ByteBuilder answer = new ByteBuilder(256);
                if (refusal.isEmpty()) {
                    WebSocketHandshake.switching(asked.key(), handshakeHeaders, answer);
                } else {
                    answer.ascii(refusal);
                }
                link.write(answer.array(), 0, answer.length());
                if (refusal.isEmpty()) {
                    connections.incrementAndGet();
                    talk(WebSocketConnection.server(link, input, 1 << 26, System::nanoTime));
                }
            }
        } catch (IOException e) {
            // the other end broke off
        } finally {
            link.close();
            open.remove(link);
        }
    }

    private void talk(WebSocketConnection socket) {
        sockets.add(socket);
        while (true) {
            switch (socket.receive()) {
                case WebSocketEvent.Message message -> {
                    String text = message.asText();
                    messages.add(text);
                    try {
                        script.answer(socket, text);
                    } catch (IOException e) {
                        // the other end has gone: receiving says so next
                    }
                }
                case WebSocketEvent.Pong pong -> messages.add("pong");
                case WebSocketEvent.Closed closed -> {
                    ends.add(closed);
                    return;
                }
            }
        }
    }
}
