package sluice.simulator;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import sluice.net.ByteBuilder;

/** Events as server-sent events. */
final class SseOut extends EventOut {
    private static final byte[] EVENT = ascii("event: ");
    private static final byte[] DATA = ascii("data: {\"type\":\"");
    private static final byte[] NUMBER = ascii("\",\"sequence_number\":");

    private final BodyOut body;
    private final byte[] eol;
    private final int skipUpTo;
    private final ByteBuilder frame = new ByteBuilder(1024);

    /** Events up to number {@code skipUpTo} are left out, as {@code starting_after} wants. */
    SseOut(BodyOut body, ReceivedRequest request, Fault fault, Pauses pauses, int skipUpTo) {
        super(request, fault, pauses);
        this.body = body;
        this.skipUpTo = skipUpTo;
        eol = ascii(switch (fault.text(FaultOption.EOL).orElse("lf")) {
            case "crlf" -> "\r\n";
            case "cr" -> "\r";
            default -> "\n";
        });
    }

    @Override
    void write(String type, int number, byte[] rest) throws IOException {
        boolean toldBefore = number < 0 ? skipUpTo >= 0 : number <= skipUpTo;
        if (toldBefore) {
            return;
        }
        frame.reset(64 * 1024);
        frame.bytes(EVENT).ascii(type).bytes(eol).bytes(DATA).ascii(type);
        if (number >= 0) {
            frame.bytes(NUMBER).decimal(number);
        } else {
            frame.ascii("\"");
        }
        frame.bytes(rest).ascii("}").bytes(eol).bytes(eol);
        body.write(frame.array(), 0, frame.length());
    }

    @Override
    void comment() throws IOException {
        line(": a comment of the upstream");
    }

    @Override
    void badChunk() throws IOException {
        body.badChunk();
    }

    @Override
    void done() throws IOException {
        line("data: [DONE]");
    }

    @Override
    void flush() throws IOException {
        body.flush();
    }

    private void line(String text) throws IOException {
        frame.reset(64 * 1024);
        frame.ascii(text).bytes(eol).bytes(eol);
        body.write(frame.array(), 0, frame.length());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
