package sluice.ops;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A visit to the admin port with exactly the headers that a test wants. */
final class RawVisit {
    private static final String START = "HTTP/1.1 ";
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: *([0-9]+)");

    private final int port;

    RawVisit(int port) {
        this.port = port;
    }

    /** Sends a request and gives the whole answer, head and body, as text. */
    String send(String method, String path, String body, String... headers) throws IOException {
        StringBuilder head = new StringBuilder(method).append(' ').append(path).append(" HTTP/1.1\r\nConnection: close\r\n");
        boolean host = false;
        for (String header : headers) {
            head.append(header).append("\r\n");
            host |= header.startsWith("Host:");
        }
        if (!host) {
            head.append("Host: ").append(host()).append("\r\n");
        }
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        head.append("Content-Length: ").append(bytes.length).append("\r\n\r\n");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().write(bytes);
            return read(socket.getInputStream());
        }
    }

    /** The answer to a request of HEAD, with all that comes before the answer to the next request on the connection. */
    String head(String path, String header) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            String end = " HTTP/1.1\r\nHost: " + host() + "\r\n" + header + "\r\n\r\n";
            socket.getOutputStream().write(("HEAD " + path + end + "GET /next" + end).getBytes(StandardCharsets.US_ASCII));
            StringBuilder read = new StringBuilder();
            while (read.lastIndexOf(START) <= 0) {
                int next = socket.getInputStream().read();
                if (next < 0) {
                    return read.toString();
                }
                read.append((char) next);
            }
            return read.substring(0, read.lastIndexOf(START));
        }
    }

    /** One answer, whose length its head tells: the server keeps the connection open. */
    private static String read(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the answer ends in its head: " + head);
            }
            head.append((char) next);
        }
        Matcher length = LENGTH.matcher(head);
        return length.find() ? head + new String(in.readNBytes(Integer.parseInt(length.group(1))), StandardCharsets.UTF_8)
                : head.toString();
    }

    /** The Host that a browser would send. */
    String host() {
        return "127.0.0.1:" + port;
    }
}
