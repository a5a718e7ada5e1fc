package sluice.edge;

import java.io.IOException;
import sluice.api.Headers;
import sluice.forward.Answer;
import sluice.http1.RequestStream;
import sluice.http1.ResponseHead;

/** Answers on one stream of a connection that carries many. Confined to one thread at a time, but for {@link #cut}. */
final class StreamCodec implements AnswerCodec, Answer.Lines {
    private static final byte[] NOTHING = {};

    private final RequestStream stream;
    private final OpenConnections.Place place;
    private boolean toHead;
    private boolean bodyless;
    private boolean ended;
    /** Bytes left of the announced length; negative: none was announced. */
    private long left;

    /**
     * Nothing is answered yet.
     *
     * @param place is left when the end of the answer is about to be written
     */
    StreamCodec(RequestStream stream, OpenConnections.Place place) {
        this.stream = stream;
        this.place = place;
    }

    /** The request's method is HEAD. */
    void toHead() {
        toHead = true;
    }

    @Override
    public Answer.Lines head(int status) {
        stream.begin(status);
        return this;
    }

    @Override
    public void add(String name, String value) {
        stream.field(name, value);
    }

    @Override
    public void add(Headers headers, int index) {
        stream.field(headers, index);
    }

    @Override
    public void frame(int status, long bodyBytes) {
        boolean none = ResponseHead.isBodyless(status);
        bodyless = toHead || none;
        left = bodyBytes;
        if (bodyBytes >= 0 && !none) {
            stream.field("content-length", Long.toString(bodyBytes));
        }
    }

    @Override
    public void body(byte[] buffer, int offset, int length) throws IOException {
        if (!bodyless) {
            left -= left > 0 ? length : 0;
            ended = left == 0;
            send(buffer, offset, length);
        }
    }

    @Override
    public void end() throws IOException {
        if (!ended) {
            ended = true;
            send(NOTHING, 0, 0);
        }
    }

    private void send(byte[] buffer, int offset, int length) throws IOException {
        if (ended) {
            place.leave();
        }
        stream.write(buffer, offset, length, ended);
    }

    /** Other requests of the connection are not concerned. */
    @Override
    public void closeAfter() {
    }

    @Override
    public void cut() {
        stream.cut();
    }
}
