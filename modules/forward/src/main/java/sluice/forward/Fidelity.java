package sluice.forward;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import sluice.api.OutboundBody;
import sluice.api.RequestBody;

/** Proves what was changed in a request's body: nothing but the splices. Stateless. */
final class Fidelity {
    private Fidelity() {
    }

    /** For {@code x-sluice-explain}: hashes of the received and of the sent body, and the splices in between. */
    static String report(RequestBody received, OutboundBody sent) {
        String splices = sent.splices().stream().map(Object::toString).collect(Collectors.joining(","));
        return "received=" + sha256(received.edited(List.of())) + "; sent=" + sha256(sent) + "; splices="
                + (splices.isEmpty() ? "none" : splices);
    }

    /** The first byte outside the splices that differs, as a message; empty if there is none, as it must be. */
    static Optional<String> firstDifference(RequestBody received, OutboundBody sent) {
        byte[] before = bytes(received.edited(List.of()));
        byte[] after = bytes(sent);
        int from = 0;
        int to = 0;
        for (OutboundBody.Splice splice : sent.splices()) {
            int kept = splice.from() - from;
            if (!same(before, from, after, to, kept)) {
                return Optional.of("before " + splice);
            }
            from = splice.to();
            to += kept + splice.patchBytes();
        }
        return before.length - from == after.length - to && same(before, from, after, to, before.length - from)
                ? Optional.empty() : Optional.of("behind the last splice");
    }

    private static boolean same(byte[] before, int from, byte[] after, int to, int length) {
        return length >= 0 && from + length <= before.length && to + length <= after.length
                && java.util.Arrays.equals(before, from, from + length, after, to, to + length);
    }

    private static byte[] bytes(OutboundBody body) {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream(Math.toIntExact(body.length()));
        try {
            body.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static String sha256(OutboundBody body) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            body.writeTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
