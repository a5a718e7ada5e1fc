package sluice.forward;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import sluice.api.BodyDecoder;
import sluice.api.ByteSource;
import sluice.api.GatewayError;
import sluice.buffers.BodyCollector;
import sluice.net.Quantum;

/** The content codings that bodies of requests and answers may have (RFC 9110 §8.4), by the providers that are there. Immutable. */
final class BodyDecoders {
    private final List<BodyDecoder> decoders;

    BodyDecoders(List<BodyDecoder> decoders) {
        this.decoders = List.copyOf(decoders);
    }

    boolean supports(String encoding) {
        return find(encoding).isPresent();
    }

    /** The names of all codings, for people. */
    String names() {
        return decoders.stream().flatMap(decoder -> decoder.encodings().stream()).sorted().collect(Collectors.joining(", "));
    }

    /** Reads a decoded body. */
    @FunctionalInterface
    interface Reading {
        BodyReader.Outcome read(BodyCollector.Source source) throws IOException;
    }

    /** Has {@code reading} read the body without its coding; corrupt bytes are the client's fault. */
    BodyReader.Outcome decode(String encoding, Incoming.Stream body, Reading reading) throws IOException {
        try (InputStream decoded = find(encoding).orElseThrow().decode(encoding, new BodyStream(body))) {
            return reading.read((target, offset, length) -> {
                int count = decoded.read(target, offset, length);
                Quantum.ofThread().piece(count);
                return count;
            });
        } catch (BodyDecoder.Corrupt e) {
            return new BodyReader.Outcome.Refused(GatewayError.client(400, "corrupt_content_encoding",
                    "The request body is not valid " + encoding + ": " + e.getMessage() + "."));
        }
    }

    /** An answer without its coding. If its first bytes are not of that coding, its first read fails. */
    ByteSource decode(String encoding, ByteSource answer) {
        return new DecodedSource(answer, () -> find(encoding).orElseThrow().decode(encoding, new DecodedSource.Coded(answer)));
    }

    private Optional<BodyDecoder> find(String encoding) {
        return decoders.stream().filter(decoder -> decoder.encodings().contains(encoding)).findFirst();
    }

    /** A body as a stream, for decoders. */
    private static final class BodyStream extends InputStream {
        private final Incoming.Stream body;

        private BodyStream(Incoming.Stream body) {
            this.body = body;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            int count = read(one, 0, 1);
            return count < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return length == 0 ? 0 : body.read(target, offset, length);
        }
    }
}
