package sluice.server;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import sluice.http1.HttpInput;
import sluice.http1.RequestHead;
import sluice.net.SocketLink;

/** An upstream that answers one request with a stream, of which a test says every byte when it likes. */
final class HandUpstream implements AutoCloseable {
    private static final String ENDED = "";
    private static final String SILENT = "\0";

    private final ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
    private final CountDownLatch left = new CountDownLatch(1);

    HandUpstream() throws IOException {
        Thread.ofVirtual().start(this::serve);
    }

    String uri() {
        return "http://127.0.0.1:" + server.getLocalPort() + "/v1";
    }

    /** Sends this, in one piece. */
    void say(String text) {
        said.add(text);
    }

    /** Ends the answer as its framing wants it. */
    void end() {
        said.add(ENDED);
    }

    /** Says nothing more, and waits until the gateway has left. */
    void awaitLeft() throws InterruptedException {
        said.add(SILENT);
        left.await();
    }

    private void serve() {
        try (Socket socket = server.accept()) {
            socket.setTcpNoDelay(true);
            HttpInput input = new HttpInput(new SocketLink(socket), 64 * 1024);
            RequestHead head = input.readRequestHead().orElseThrow();
            socket.getInputStream().readNBytes((int) head.bodyBytes() - input.bufferedBytes());
            OutputStream out = socket.getOutputStream();
            out.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes());
            String text = said.take();
            for (; !text.equals(ENDED) && !text.equals(SILENT); text = said.take()) {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes());
                out.write(bytes);
                out.write("\r\n".getBytes());
            }
            if (text.equals(ENDED)) {
                out.write("0\r\n\r\n".getBytes());
            }
            socket.getInputStream().read();
        } catch (IOException | InterruptedException e) {
            said.clear();
        } finally {
            left.countDown();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
