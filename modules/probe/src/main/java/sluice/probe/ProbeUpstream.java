package sluice.probe;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import sluice.http1.HttpInput;
import sluice.http1.RequestHead;
import sluice.net.Link;
import sluice.net.SocketLink;

/**
 * An upstream on a free port of this machine that gives each request the same answer of 2 KiB at once. It has a platform thread
 * for each connection, of which probes need two, so that it is woken as another process would be. Thread-safe.
 */
final class ProbeUpstream implements AutoCloseable {
    private static final int MAX_HEAD_BYTES = 16 * 1024;
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int BODY_BYTES = 2048;
    private static final int BACKLOG = 8;
    private static final byte[] ANSWER = answer();

    private final ServerSocket listener;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    private ProbeUpstream(ServerSocket listener) {
        this.listener = listener;
    }

    static ProbeUpstream start() throws IOException {
        ProbeUpstream upstream = new ProbeUpstream(new ServerSocket(0, BACKLOG, InetAddress.getByName("127.0.0.1")));
        upstream.start(upstream::accept);
        return upstream;
    }

    int port() {
        return listener.getLocalPort();
    }

    /** What an account of it has as its base URL. */
    URI baseUrl() {
        return URI.create("http://127.0.0.1:" + port() + "/v1");
    }

    private void start(Runnable work) {
        threads.removeIf(before -> before.getState() == Thread.State.TERMINATED);
        Thread thread = Thread.ofPlatform().daemon().name("probe-upstream").unstarted(work);
        threads.add(thread);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Link link = new SocketLink(listener.accept());
                links.add(link);
                start(() -> serve(link));
            }
        } catch (IOException e) {
            // It was closed.
        } finally {
            links.forEach(Link::close);
        }
    }

    private void serve(Link link) {
        try (link) {
            HttpInput input = new HttpInput(link, MAX_HEAD_BYTES);
            byte[] scratch = new byte[BUFFER_BYTES];
            for (var head = input.readRequestHead(); head.isPresent(); head = input.readRequestHead()) {
                ProbeConnection.skip(input.body(head.map(RequestHead::bodyBytes).orElseThrow()), scratch);
                link.write(ANSWER, 0, ANSWER.length);
            }
        } catch (IOException e) {
            // The peer has left, or this was closed.
        } finally {
            links.remove(link);
        }
    }

    private static byte[] answer() {
        String begin = """
                {"id":"resp_probe","object":"response","created_at":1,"status":"completed","error":null,"model":"probe",\
                "output":[{"id":"msg_probe","type":"message","status":"completed","role":"assistant",\
                "content":[{"type":"output_text","annotations":[],"text":\"""";
        String end = """
                "}]}],"usage":{"input_tokens":1,"input_tokens_details":{"cached_tokens":0},"output_tokens":1,\
                "output_tokens_details":{"reasoning_tokens":0},"total_tokens":2}}""";
        String body = begin + "x".repeat(BODY_BYTES - begin.length() - end.length()) + end;
        return ("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Waits until its threads have ended. */
    @Override
    public void close() throws IOException {
        listener.close();
        links.forEach(Link::close);
        try {
            for (Optional<Thread> left = anyLeft(); left.isPresent(); left = anyLeft()) {
                left.get().join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<Thread> anyLeft() {
        return threads.stream().filter(Thread::isAlive).findFirst();
    }
}
