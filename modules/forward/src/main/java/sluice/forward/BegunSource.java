package sluice.forward;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import sluice.api.ByteSource;

/**
 * An answer whose first bytes were looked at, because its headers do not say that it is a stream of events, and some upstreams that
 * send one forget to say so. Confined to the request's thread, except {@link #abort}.
 */
final class BegunSource implements ByteSource {
    /** Enough for white space and the name of a field. */
    private static final int LOOK_BYTES = 512;
    /** What a stream of events begins with (WHATWG HTML §9.2.5). */
    private static final List<String> FIELDS = List.of(":", "data:", "event:", "id:", "retry:");
    private static final int LONGEST_FIELD = 6;
    private static final int BYTE_ORDER_MARK = 0xFEFF;

    private final ByteSource source;
    private final byte[] first = new byte[LOOK_BYTES];
    private int at;
    private int limit;
    private boolean ended;
    private Optional<IOException> broken = Optional.empty();

    BegunSource(ByteSource source) {
        this.source = source;
    }

    /** Whether the answer is a stream of events. Waits for its first bytes. */
    boolean isEvents() {
        while (!ended && broken.isEmpty() && limit < first.length && beginning().length() < LONGEST_FIELD) {
            try {
                int count = source.read(first, limit, first.length - limit);
                ended = count < 0;
                limit += Math.max(0, count);
            } catch (IOException e) {
                broken = Optional.of(e);
            }
        }
        return FIELDS.stream().anyMatch(beginning()::startsWith);
    }

    /** What is here behind white space and a byte order mark. */
    private String beginning() {
        String text = new String(first, 0, limit, StandardCharsets.UTF_8);
        boolean marked = !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
        return (marked ? text.substring(1) : text).stripLeading();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (at < limit) {
            int count = Math.min(length, limit - at);
            System.arraycopy(first, at, target, offset, count);
            at += count;
            return count;
        }
        if (broken.isPresent()) {
            throw broken.get();
        }
        return ended ? -1 : source.read(target, offset, length);
    }

    @Override
    public boolean ready() throws IOException {
        return at < limit || broken.isEmpty() && !ended && source.ready();
    }

    @Override
    public void abort() {
        source.abort();
    }

    @Override
    public void close() {
        source.close();
    }
}
