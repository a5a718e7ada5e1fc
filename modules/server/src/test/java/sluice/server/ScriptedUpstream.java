package sluice.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sluice.http1.FramingException;
import sluice.http1.HttpBody;
import sluice.http1.HttpInput;
import sluice.http1.RequestHead;
import sluice.net.SocketLink;

/**
 * An upstream that answers any bytes: to a request that says {@code "attack"} its script, to any other a good answer that
 * repeats the request's {@code marker-…}.
 */
final class ScriptedUpstream implements AutoCloseable {
    private static final Pattern MARKER = Pattern.compile("marker-\\w+");

    /** What follows the answer to an attack. */
    enum Then { STAY, CLOSE, RESET }

    private final ServerSocket server;
    private volatile byte[] script;
    private final byte[] later;
    private volatile Then then;
    private final Semaphore mayFollow = new Semaphore(0);
    private final Semaphore followed = new Semaphore(0);
    private final AtomicInteger attacks = new AtomicInteger();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();

    /** An upstream with a script, bytes that it sends behind it once {@link #follow} is called, and what it does then. */
    ScriptedUpstream(String script, String later, Then then) throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.script = script.getBytes(StandardCharsets.ISO_8859_1);
        this.later = later.getBytes(StandardCharsets.ISO_8859_1);
        this.then = then;
        Thread.ofVirtual().start(this::accept);
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/v1");
    }

    /** From now on this is the script. */
    void play(byte[] bytes, Then next) {
        script = bytes;
        then = next;
    }

    /** What it was sent that is no valid request. */
    Queue<String> faults() {
        return faults;
    }

    /** How often the script was played. */
    int attacks() {
        return attacks.get();
    }

    /** Sends what comes later, and returns when it is sent. */
    void follow() throws InterruptedException {
        mayFollow.release();
        followed.acquire();
    }

    /** A good answer that says {@code marker}. */
    static String good(String marker) {
        String body = "{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"completed\",\"model\":\"m\",\"output\":[],\"marker\":\""
                + marker + "\"}";
        return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            HttpInput input = new HttpInput(new SocketLink(socket), 64 * 1024);
            for (Optional<RequestHead> head = input.readRequestHead(); head.isPresent(); head = input.readRequestHead()) {
                String text = head.get().target() + read(input.body(head.get().bodyBytes()));
                if (!text.contains("attack")) {
                    Matcher marker = MARKER.matcher(text);
                    write(socket, good(marker.find() ? marker.group() : "none").getBytes(StandardCharsets.ISO_8859_1));
                    continue;
                }
                attacks.incrementAndGet();
                write(socket, script);
                if (later.length > 0) {
                    mayFollow.acquire();
                    write(socket, later);
                    followed.release();
                }
                if (then != Then.STAY) {
                    if (then == Then.RESET) {
                        socket.setSoLinger(true, 0);
                    }
                    return;
                }
            }
        } catch (FramingException e) {
            faults.add(e.toString());
        } catch (IOException | InterruptedException e) {
            // The gateway closed the connection.
        }
    }

    private static String read(HttpBody body) throws IOException {
        byte[] bytes = new byte[64 * 1024];
        int length = 0;
        for (int count = body.read(bytes, 0, bytes.length); count >= 0; count = body.read(bytes, length, bytes.length - length)) {
            length += count;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private static void write(Socket socket, byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
