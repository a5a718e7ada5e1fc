package sluice.server;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Changes messages the way hostile peers do: at their framing rather than anywhere. The same seed makes the same changes. */
final class Mutator {
    private static final int MAX_CHANGES = 6;
    private static final List<byte[]> TOKENS = List.of("\r\n", "\n", "\r", "\0", " ", "\t", ":", ";", "0", "-1", "+1", "0x10",
            "ffffffffffffffff", "99999999999999999999", "\r\n\r\n", "0\r\n\r\n", "Content-Length: 5\r\n", "Content-Length: 0\r\n",
            "Transfer-Encoding: chunked\r\n", "transfer-encoding:\tchunked\r\n", "Transfer-Encoding: identity\r\n", " chunked",
            "Connection: close\r\n", "Connection: keep-alive\r\n", "Connection: content-length\r\n", "Host: a\r\n",
            "Expect: 100-continue\r\n", "Content-Encoding: gzip\r\n", "Upgrade: websocket\r\n", "HTTP/1.0",
            "HTTP/1.1", "HTTP/2.0", "GET / HTTP/1.1\r\n", "HEAD", "5\r\nhello\r\n",
            "HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n", "data: ", "event: error\n",
            "\n\n", "{", "\"", "\u00ff", "\u007f", "\u000b", "x".repeat(300), "A: b\r\n".repeat(300)).stream()
            .map(token -> token.getBytes(StandardCharsets.ISO_8859_1)).toList();

    private final SplittableRandom random;

    Mutator(long seed) {
        random = new SplittableRandom(seed);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    /** One of the seeds, or two of them cut together, changed in a few places; sometimes not at all. */
    byte[] next(List<byte[]> seeds) {
        byte[] bytes = seeds.get(below(seeds.size()));
        if (below(8) == 0) {
            byte[] other = seeds.get(below(seeds.size()));
            bytes = join(Arrays.copyOf(bytes, below(bytes.length + 1)), Arrays.copyOfRange(other, below(other.length + 1), other.length));
        }
        for (int changes = below(MAX_CHANGES); changes > 0 && bytes.length > 0; changes--) {
            bytes = change(bytes);
        }
        return bytes;
    }

    private byte[] change(byte[] bytes) {
        int at = place(bytes);
        int end = Math.min(bytes.length, at + 1 + below(16));
        return switch (below(7)) {
            case 0 -> splice(bytes, at, at, TOKENS.get(below(TOKENS.size())));
            case 1 -> splice(bytes, at, end, TOKENS.get(below(TOKENS.size())));
            case 2 -> splice(bytes, at, end, new byte[0]);
            case 3 -> splice(bytes, at, at, Arrays.copyOfRange(bytes, at, end));
            case 4 -> splice(bytes, at, at + 1, new byte[] {(byte) below(256)});
            case 5 -> splice(bytes, at, at + 1, new byte[] {(byte) (bytes[at] ^ 1 << below(8))});
            default -> Arrays.copyOf(bytes, at);
        };
    }

    /** Mostly at a line's end or a colon, for that is where framing is decided. */
    private int place(byte[] bytes) {
        int at = below(bytes.length);
        for (int i = at; below(3) > 0 && i < bytes.length; i++) {
            if (bytes[i] == '\n' || bytes[i] == '\r' || bytes[i] == ':') {
                return i;
            }
        }
        return at;
    }

    private static byte[] splice(byte[] bytes, int from, int to, byte[] middle) {
        return join(join(Arrays.copyOf(bytes, from), middle), Arrays.copyOfRange(bytes, to, bytes.length));
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] joined = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, joined, a.length, b.length);
        return joined;
    }
}
