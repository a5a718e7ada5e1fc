package sluice.server;

import java.io.IOException;
import java.util.Arrays;
import sluice.api.ByteSource;
import sluice.api.EventInspector;

/**
 * A stream of server-sent events as messages: what stands behind {@code data:} of each event is one message, lines of several
 * joined by line feeds (WHATWG HTML §9.2.6). Confined to the turn's thread.
 */
final class EventMessages {
    private static final int READ_BYTES = 16 * 1024;
    private static final byte[] DATA = {'d', 'a', 't', 'a', ':'};

    private final TurnRelay relay;
    private final EventInspector inspector;
    private final int maxEventBytes;
    private byte[] line = new byte[READ_BYTES];
    private int lineBytes;
    private byte[] data = new byte[READ_BYTES];
    private int dataBytes;
    private boolean anyData;
    private boolean afterReturn;

    EventMessages(TurnRelay relay, EventInspector inspector, int maxEventBytes) {
        this.relay = relay;
        this.inspector = inspector;
        this.maxEventBytes = maxEventBytes;
    }

    /**
     * Reads the source to its end, or until the attempt is over.
     *
     * @throws IOException if the source breaks, or an event is larger than it may be
     */
    void relay(ByteSource source) throws IOException {
        byte[] bytes = new byte[READ_BYTES];
        for (int count = source.read(bytes, 0, bytes.length); count >= 0 && !relay.isOver();
                count = source.read(bytes, 0, bytes.length)) {
            for (int i = 0; i < count; i++) {
                take(bytes[i]);
            }
            relay.quiet();
            if (relay.isOver()) {
                return;
            }
        }
    }

    private void take(byte b) throws IOException {
        if (b == '\n' && afterReturn) {
            afterReturn = false;
            return;
        }
        afterReturn = b == '\r';
        if (b == '\n' || b == '\r') {
            endLine();
            lineBytes = 0;
        } else {
            line = room(line, lineBytes + 1);
            line[lineBytes++] = b;
        }
    }

    private void endLine() throws IOException {
        if (lineBytes == 0) {
            if (anyData) {
                relay.event(inspector.inspect(data, 0, dataBytes, relay.names()), data, 0, dataBytes);
            }
            anyData = false;
            dataBytes = 0;
        } else if (lineBytes >= DATA.length && Arrays.equals(line, 0, DATA.length, DATA, 0, DATA.length)) {
            int from = lineBytes > DATA.length && line[DATA.length] == ' ' ? DATA.length + 1 : DATA.length;
            int more = lineBytes - from + (anyData ? 1 : 0);
            data = room(data, dataBytes + more);
            if (anyData) {
                data[dataBytes++] = '\n';
            }
            System.arraycopy(line, from, data, dataBytes, lineBytes - from);
            dataBytes += lineBytes - from;
            anyData = true;
        }
    }

    private byte[] room(byte[] bytes, int wanted) throws IOException {
        if (wanted <= bytes.length) {
            return bytes;
        }
        if (wanted > maxEventBytes) {
            throw new IOException("an event above " + maxEventBytes + " bytes");
        }
        return Arrays.copyOf(bytes, Math.max(wanted, Math.min(maxEventBytes, bytes.length * 2)));
    }
}
