package sluice.admin;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;

/** Sends answers in pieces, so that a place sees that they go on. Confined to the connection's thread. */
final class AdminWriter implements DataWriter {
    private static final int PIECE_BYTES = 16 * 1024;

    private final HelidonSocket socket;
    private final AdminPlaces.Place place;

    AdminWriter(HelidonSocket socket, AdminPlaces.Place place) {
        this.socket = socket;
        this.place = place;
    }

    @Override
    public void write(BufferData... buffers) {
        write(BufferData.create(buffers));
    }

    @Override
    public void write(BufferData buffer) {
        while (!buffer.consumed()) {
            byte[] piece = new byte[Math.min(PIECE_BYTES, buffer.available())];
            int count = buffer.read(piece);
            place.waits(true);
            try {
                socket.write(BufferData.create(piece, 0, count));
                place.served();
            } finally {
                place.waits(false);
            }
        }
    }

    @Override
    public void writeNow(BufferData... buffers) {
        write(buffers);
    }

    @Override
    public void writeNow(BufferData buffer) {
        write(buffer);
    }
}
