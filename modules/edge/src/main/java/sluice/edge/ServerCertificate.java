package sluice.edge;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import sluice.config.InputFile;
import sluice.config.ServerSettings;

/**
 * A certificate with its chain and its private key, from PEM files. Immutable.
 *
 * @param chain the certificate first, then those that signed it
 * @param key the private key of the first
 */
record ServerCertificate(List<X509Certificate> chain, PrivateKey key) {
    /**
     * Reads both files.
     *
     * @throws IOException if one cannot be used, or they do not belong together; the message names the key of the configuration
     */
    static ServerCertificate read(ServerSettings.Tls files) throws IOException {
        List<X509Certificate> chain = certificates(files.section() + ".cert", files.cert());
        PrivateKey privateKey = privateKey(files.section() + ".key", files.key());
        if (!belongTogether(chain.getFirst(), privateKey)) {
            throw new IOException(files.section() + ".key: " + files.key() + " is not the key of the certificate in " + files.cert());
        }
        return new ServerCertificate(chain, privateKey);
    }

    /** When the first of its certificates ends: then clients refuse it. */
    Instant end() {
        return chain.stream().map(certificate -> certificate.getNotAfter().toInstant()).min(Comparator.naturalOrder()).orElseThrow();
    }

    /** Why clients refuse it at {@code now}, for the log; empty if its time is right. */
    Optional<String> untimely(Instant now) {
        for (X509Certificate certificate : chain) {
            String name = certificate.getSubjectX500Principal().getName();
            if (now.isBefore(certificate.getNotBefore().toInstant())) {
                return Optional.of(name + " is not valid before " + certificate.getNotBefore().toInstant());
            }
            if (now.isAfter(certificate.getNotAfter().toInstant())) {
                return Optional.of(name + " expired on " + certificate.getNotAfter().toInstant());
            }
        }
        return Optional.empty();
    }

    /** The certificates of a PEM file, at least one. */
    static List<X509Certificate> certificates(String configurationKey, Path file) throws IOException {
        try {
            Collection<? extends java.security.cert.Certificate> found = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(content(configurationKey, file).getBytes(StandardCharsets.UTF_8)));
            if (found.isEmpty()) {
                throw new IOException(configurationKey + ": " + file + " holds no certificate");
            }
            return found.stream().map(X509Certificate.class::cast).toList();
        } catch (GeneralSecurityException e) {
            throw new IOException(configurationKey + ": " + file + " is not a PEM file of certificates: " + e.getMessage(), e);
        }
    }

    private static PrivateKey privateKey(String configurationKey, Path file) throws IOException {
        String text = content(configurationKey, file);
        try {
            return PrivateKeyFile.parse(file.toString(), text);
        } catch (IOException e) {
            throw new IOException(configurationKey + ": " + e.getMessage(), e);
        }
    }

    /** While files are renewed, one may be new and the other old. */
    private static boolean belongTogether(X509Certificate certificate, PrivateKey key) throws IOException {
        String algorithm = switch (key.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> key.getAlgorithm();
        };
        byte[] probe = "sluice".getBytes(StandardCharsets.US_ASCII);
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(probe);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static String content(String configurationKey, Path file) throws IOException {
        try {
            Optional<String> refused = InputFile.refused(file, InputFile.MAX_BYTES);
            if (refused.isPresent()) {
                throw new IOException(refused.get());
            }
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new IOException(configurationKey + ": " + file + " does not exist", e);
        } catch (IOException e) {
            throw new IOException(configurationKey + ": " + file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
