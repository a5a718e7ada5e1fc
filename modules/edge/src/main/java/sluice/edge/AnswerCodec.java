package sluice.edge;

import java.io.IOException;
import sluice.forward.Answer;

/**
 * How an answer becomes bytes of its protocol. In all else HTTP/1.1 and HTTP/2 are the same. One call at a time.
 */
interface AnswerCodec {
    /** Begins the head; its fields go to what is returned, until {@link #frame}. */
    Answer.Lines head(int status);

    /**
     * Ends the head, which leaves with the first body or with the end.
     *
     * @param bodyBytes the length of the body, or {@link Answer#UNKNOWN_LENGTH}
     */
    void frame(int status, long bodyBytes);

    /** Sends a piece of the body, which is not empty. A head that is still here goes with it, in the same write. */
    void body(byte[] buffer, int offset, int length) throws IOException;

    /** Sends the end, with the head if that is still here. */
    void end() throws IOException;

    /** The connection takes no further request after this answer. */
    void closeAfter();

    /** Ends the connection, or only the stream of this answer. A write that waits fails. Does not block. */
    void cut();
}
