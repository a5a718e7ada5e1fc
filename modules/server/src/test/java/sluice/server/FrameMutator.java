package sluice.server;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Changes conversations of HTTP/2 the way hostile clients do: by whole frames, in their heads and in their fields. The same seed makes
 * the same changes.
 */
final class FrameMutator {
    private static final int MAX_CHANGES = 5;
    private static final int[] ODD_NUMBERS = {0, 1, 2, 7, 65_535, 65_536, 16_384, 16_385, 0x3FFF_FFFF, Integer.MAX_VALUE,
        Integer.MIN_VALUE, -1};
    private static final List<byte[]> BLOCKS = List.of(new byte[] {(byte) 0x80}, new byte[] {(byte) 0xFE}, new byte[] {0x20},
            new byte[] {0x3F, (byte) 0xE1, 0x1F}, new byte[] {0x3F, -1, -1, 1}, new byte[] {-1, -1, -1, -1, -1, 1},
            new byte[] {0, (byte) 0x84, -1, -1, -1, -1, 0}, new byte[] {0x40, 1, 'x', 1, 'y', (byte) 0xBE, (byte) 0xBE},
            new byte[] {0, 0, 0}, new byte[] {0x10, 1, 'a', 0x7F, -1, -1, -1, 7}, Http2Peer.block(":path", "/v1/models"),
            Http2Peer.block("content-length", "5"), Http2Peer.block("transfer-encoding", "chunked"), Http2Peer.block("te", "trailers"),
            Http2Peer.block("host", "elsewhere"), Http2Peer.block("x", "\r\nA: b"), Http2Peer.block("expect", "100-continue"),
            Http2Peer.block("connection", "close"), Http2Peer.block("content-encoding", "gzip"), Http2Peer.block(":method", "HEAD"),
            Http2Peer.block("x-large", "y".repeat(3000)));

    private final SplittableRandom random;

    FrameMutator(long seed) {
        random = new SplittableRandom(seed);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    /** The frames, changed in a few places; sometimes not at all. */
    List<Http2Peer.Frame> next(List<Http2Peer.Frame> frames) {
        List<Http2Peer.Frame> changed = new ArrayList<>(frames);
        for (int changes = below(MAX_CHANGES); changes > 0 && !changed.isEmpty(); changes--) {
            change(changed);
        }
        return changed;
    }

    private void change(List<Http2Peer.Frame> frames) {
        int at = below(frames.size());
        Http2Peer.Frame frame = frames.get(at);
        switch (below(12)) {
            case 0 -> frames.remove(at);
            case 1 -> frames.add(at, frame);
            case 2 -> frames.add(below(frames.size()), frames.remove(at));
            case 3 -> frames.set(at, new Http2Peer.Frame(below(11), frame.flags(), frame.streamId(), frame.payload()));
            case 4 -> frames.set(at, new Http2Peer.Frame(frame.type(), frame.flags() ^ 1 << below(8), frame.streamId(), frame.payload()));
            case 5 -> frames.set(at, new Http2Peer.Frame(frame.type(), frame.flags(), streamId(frame), frame.payload()));
            case 6 -> frames.set(at, with(frame, Arrays.copyOf(frame.payload(), below(frame.payload().length + 1))));
            case 7 -> frames.set(at, with(frame, flipped(frame.payload())));
            case 8 -> frames.set(at, with(frame, spliced(frame.payload(), BLOCKS.get(below(BLOCKS.size())))));
            case 9 -> frames.add(at, control(streamId(frame)));
            case 10 -> cut(frames, at);
            default -> frames.set(at, with(frame, spliced(frame.payload(), new byte[] {(byte) below(256)})));
        }
    }

    private int streamId(Http2Peer.Frame frame) {
        return switch (below(6)) {
            case 0 -> 0;
            case 1 -> frame.streamId() + 1;
            case 2 -> frame.streamId() + 2;
            case 3 -> Math.max(0, frame.streamId() - 2);
            case 4 -> ODD_NUMBERS[below(ODD_NUMBERS.length)];
            default -> 2 * below(8) + 1;
        };
    }

    /** A frame of control with a number that is at some limit. */
    private Http2Peer.Frame control(int streamId) {
        byte[] number = Http2Peer.number(ODD_NUMBERS[below(ODD_NUMBERS.length)]);
        return switch (below(6)) {
            case 0 -> new Http2Peer.Frame(Frames.WINDOW_UPDATE, 0, streamId, number);
            case 1 -> new Http2Peer.Frame(Frames.RST_STREAM, 0, streamId, number);
            case 2 -> new Http2Peer.Frame(Frames.PRIORITY, 0, streamId, Arrays.copyOf(number, Frames.PRIORITY_BYTES));
            case 3 -> new Http2Peer.Frame(Frames.GOAWAY, 0, 0, Arrays.copyOf(number, Frames.GOAWAY_BYTES));
            case 4 -> new Http2Peer.Frame(Frames.PING, 0, 0, new byte[Frames.PING_BYTES]);
            default -> {
                byte[] setting = new byte[Frames.SETTING_BYTES];
                setting[1] = (byte) below(8);
                System.arraycopy(number, 0, setting, 2, 4);
                yield new Http2Peer.Frame(Frames.SETTINGS, 0, 0, setting);
            }
        };
    }

    /** Cuts a frame in two: data stays data, a head goes on in a continuation. */
    private void cut(List<Http2Peer.Frame> frames, int at) {
        Http2Peer.Frame frame = frames.get(at);
        int middle = below(frame.payload().length + 1);
        boolean head = frame.type() == Frames.HEADERS;
        int first = head ? frame.flags() & ~Frames.END_HEADERS : frame.flags() & ~Frames.END_STREAM;
        frames.set(at, new Http2Peer.Frame(frame.type(), first, frame.streamId(), Arrays.copyOf(frame.payload(), middle)));
        frames.add(at + 1, new Http2Peer.Frame(head ? Frames.CONTINUATION : frame.type(), head ? Frames.END_HEADERS : frame.flags(),
                frame.streamId(), Arrays.copyOfRange(frame.payload(), middle, frame.payload().length)));
    }

    private static Http2Peer.Frame with(Http2Peer.Frame frame, byte[] payload) {
        return new Http2Peer.Frame(frame.type(), frame.flags(), frame.streamId(), payload);
    }

    private byte[] flipped(byte[] bytes) {
        byte[] changed = bytes.clone();
        if (changed.length > 0) {
            changed[below(changed.length)] ^= (byte) (1 << below(8));
        }
        return changed;
    }

    private byte[] spliced(byte[] bytes, byte[] piece) {
        int at = below(bytes.length + 1);
        byte[] joined = Arrays.copyOf(bytes, bytes.length + piece.length);
        System.arraycopy(piece, 0, joined, at, piece.length);
        System.arraycopy(bytes, at, joined, at + piece.length, bytes.length - at);
        return joined;
    }
}
