package sluice.upstream;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import sluice.api.Account;
import sluice.api.Secret;
import sluice.http1.HttpBody;
import sluice.http1.HttpInput;
import sluice.http1.RequestHead;
import sluice.net.Link;
import sluice.net.SocketLink;

/** An upstream on loopback that gives every request the same answer, and hands out what it read. */
final class CannedUpstream implements AutoCloseable {
    private static final int MAX_HEAD_BYTES = 65_536;

    private final Thread accepting;
    private final ServerSocket listener;
    private final byte[] answer;
    private final BlockingQueue<RequestHead> heads = new LinkedBlockingQueue<>();
    private final BlockingQueue<Link> connections = new LinkedBlockingQueue<>();
    private final BlockingQueue<Link> asked = new LinkedBlockingQueue<>();
    private final BlockingQueue<Link> ended = new LinkedBlockingQueue<>();

    CannedUpstream(String answer) throws IOException {
        this.answer = answer.getBytes(StandardCharsets.ISO_8859_1);
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        accepting = Thread.ofVirtual().start(this::accept);
    }

    /** Answers {@code 200} with {@code body}. */
    static CannedUpstream answering(String body) throws IOException {
        return new CannedUpstream("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    Account account() {
        return Account.of("main", URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/v1"), new Secret("key"));
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                Link link = new SocketLink(socket);
                connections.add(link);
                Thread.ofVirtual().start(() -> serve(link));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Link link) {
        HttpInput input = new HttpInput(link, MAX_HEAD_BYTES);
        try (link) {
            Optional<RequestHead> head = input.readRequestHead();
            while (head.isPresent()) {
                skip(input.body(head.get().bodyBytes()));
                heads.add(head.get());
                asked.add(link);
                link.write(answer, 0, answer.length);
                head = input.readRequestHead();
            }
        } catch (IOException e) {
            // the other side closed it
        }
        ended.add(link);
    }

    private static void skip(HttpBody body) throws IOException {
        byte[] some = new byte[MAX_HEAD_BYTES];
        while (body.read(some, 0, some.length) >= 0) {
            // nobody asks what it was
        }
    }

    /** The next request's head; waits for it. */
    RequestHead head() throws InterruptedException {
        return heads.take();
    }

    /** The connection of the next request; waits for it. */
    Link asked() throws InterruptedException {
        return asked.take();
    }

    /** The next connection that was opened; waits for it. */
    Link connection() throws InterruptedException {
        return connections.take();
    }

    /** The next connection that has ended; waits for it. */
    Link ended() throws InterruptedException {
        return ended.take();
    }

    int connections() {
        return connections.size();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        try {
            // Until its thread is out of accept, the port still takes connections.
            accepting.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
