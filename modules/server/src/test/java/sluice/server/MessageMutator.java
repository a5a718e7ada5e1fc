package sluice.server;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Changes messages of a WebSocket the way hostile clients do: in the members that are judged, and in the frames that carry them. The same
 * seed makes the same changes.
 */
final class MessageMutator {
    private static final int FIN = 0x80;
    private static final int TEXT = 1;
    private static final int MAX_CHANGES = 4;
    private static final List<String> MEMBERS = List.of("\"type\":\"response.create\"", "\"type\":\"response.processed\"",
            "\"type\":\"response.cancel\"", "\"type\":\"response.inject\"", "\"type\":\"session.update\"", "\"type\":null",
            "\"Type\":\"response.create\"", "\"t\\u0079pe\":\"response.create\"", "\"type\":[\"response.create\"]",
            "\"model\":\"gpt-4\"", "\"model\":\"gpt-5\"", "\"MODEL\":\"gpt-4\"", "\"m\\u006fdel\":\"gpt-4\"", "\"model\":null",
            "\"model\":[\"gpt-4\"]", "\"model\":{\"model\":\"gpt-4\"}", "\"\\u006D\\u006F\\u0064\\u0065\\u006C\":\"gpt-4\"",
            "\"prompt\":{\"id\":\"p\"}", "\"stream_id\":\"s\"", "\"stream_id\":7", "\"generate\":false", "\"stream\":false",
            "\"previous_response_id\":\"resp_x\"", "\"previous_response_id\":[\"resp_x\"]",
            "\"conversation\":{\"id\":\"c\",\"id\":\"d\"}",
            "\"background\":true", "\"store\":true", "\"input\":\"\\ud800\"", "\"x\":1e999", "\"\":0", "\"x\":[[[[[[]]]]]]");
    private static final List<String> TOKENS = List.of("{", "}", "[", "]", ",", ":",
            "\"", "\\", "null", "\u0000", "\ufeff", " ", "\n", "//x\n",
            "{}", "\"a\":1,", "\u00e9", "\ud83d\ude42", "x".repeat(70_000));

    private final SplittableRandom random;

    MessageMutator(long seed) {
        random = new SplittableRandom(seed);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    /** A message of a few members, in any order, changed in a few places; sometimes not at all. */
    String message(String marker) {
        List<String> members = new ArrayList<>(List.of(
                "\"type\":\"response.create\"", "\"model\":\"gpt-5\"", "\"input\":\"" + marker + "\""));
        for (int more = below(MAX_CHANGES); more > 0; more--) {
            members.add(below(members.size() + 1), MEMBERS.get(below(MEMBERS.size())));
        }
        if (below(4) == 0) {
            members.remove(below(members.size()));
        }
        StringBuilder text = new StringBuilder("{").append(String.join(",", members)).append('}');
        for (int changes = below(8) < 5 ? 0 : below(MAX_CHANGES); changes > 0; changes--) {
            int at = below(text.length() + 1);
            switch (below(3)) {
                case 0 -> text.insert(at, TOKENS.get(below(TOKENS.size())));
                case 1 -> text.delete(at, Math.min(text.length(), at + 1 + below(5)));
                default -> text.insert(at, MEMBERS.get(below(MEMBERS.size())) + ",");
            }
        }
        return text.toString();
    }

    /** The frames of a message, changed in a few places; sometimes not at all. */
    byte[] frames(String message) {
        byte[] payload = message.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int pieces = below(3) == 0 ? 1 + below(4) : 1;
        for (int i = 0; i < pieces; i++) {
            byte[] piece = Arrays.copyOfRange(payload, payload.length * i / pieces, payload.length * (i + 1) / pieces);
            if (below(6) == 0) {
                frame(out, FIN | 9 + below(2), new byte[below(126)]);
            }
            frame(out, (i == 0 ? TEXT : 0) | (i == pieces - 1 ? FIN : 0), piece);
        }
        byte[] bytes = out.toByteArray();
        if (below(4) == 0) {
            // A flag, an opcode, a length, a mask or a byte of the text.
            bytes[below(below(2) == 0 ? Math.min(14, bytes.length) : bytes.length)] ^= (byte) (1 << below(8));
        }
        return below(16) == 0 ? Arrays.copyOf(bytes, below(bytes.length + 1)) : bytes;
    }

    private void frame(ByteArrayOutputStream out, int first, byte[] payload) {
        int form = payload.length < 126 && below(16) > 0 ? 7 : payload.length < 65_536 && below(16) > 0 ? 16 : 64;
        out.write(first);
        if (form == 7) {
            out.write(0x80 | payload.length);
        } else {
            out.write(form == 16 ? 0xFE : 0xFF);
            for (int shift = form - 8; shift >= 0; shift -= 8) {
                out.write(shift > 24 ? 0 : payload.length >>> shift);
            }
        }
        byte[] mask = {(byte) below(256), (byte) below(256), (byte) below(256), (byte) below(256)};
        out.writeBytes(mask);
        for (int i = 0; i < payload.length; i++) {
            out.write(payload[i] ^ mask[i & 3]);
        }
    }
}
