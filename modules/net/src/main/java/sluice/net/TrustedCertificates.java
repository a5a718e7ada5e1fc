package sluice.net;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Makes the one TLS context that all connections of a dialer share, so that sessions are resumed. Stateless. */
public final class TrustedCertificates {
    private TrustedCertificates() {
    }

    /**
     * A context that trusts the authorities of a PEM file, or the JDK's without one.
     *
     * @throws IOException if the file cannot be read or holds no certificate; the message names it
     */
    public static SSLContext context(Optional<Path> pem) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, pem.isPresent() ? trust(pem.get()) : null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("trusted certificates" + pem.map(file -> " " + file).orElse("") + ": " + e.getMessage(), e);
        }
    }

    private static TrustManager[] trust(Path pem) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(pem)) {
            Collection<? extends Certificate> certificates = CertificateFactory.getInstance("X.509").generateCertificates(in);
            int number = 0;
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("authority-" + number++, certificate);
            }
            if (number == 0) {
                throw new IOException("trusted certificates " + pem + ": no certificate in it");
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }
}
