package sluice.server;

import io.helidon.common.tls.Tls;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import sluice.config.ServerSettings;

/**
 * TLS of the data port: one context for the life of the process, whose certificate and authorities are exchanged when their
 * files change. Thread-safe.
 */
final class DataTls {
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    private final ExchangeableKeys keys;
    private final Optional<ExchangeableTrust> trust;
    private final SSLContext context;

    /**
     * Reads the files.
     *
     * @throws IOException if one of them cannot be used; the message names the key of the configuration
     */
    DataTls(ServerSettings.Tls files) throws IOException {
        keys = new ExchangeableKeys(ServerCertificate.read(files.cert(), files.key()));
        trust = files.clientCa().isPresent() ? Optional.of(new ExchangeableTrust(authorities(files))) : Optional.empty();
        try {
            context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {keys}, trust.map(manager -> new TrustManager[] {manager}).orElse(null), null);
        } catch (GeneralSecurityException e) {
            throw new IOException("server.tls: " + e.getMessage(), e);
        }
    }

    private static List<X509Certificate> authorities(ServerSettings.Tls files) throws IOException {
        return ServerCertificate.certificates("server.tls.client-ca", files.clientCa().orElseThrow());
    }

    /** Reads the files again; on a fault everything stays as it is. Connections that stand keep what they agreed on. */
    void reload(ServerSettings.Tls files) throws IOException {
        ServerCertificate next = ServerCertificate.read(files.cert(), files.key());
        if (trust.isPresent() && files.clientCa().isPresent()) {
            trust.get().exchange(authorities(files));
        }
        keys.exchange(next);
    }

    /** For the listener. */
    Tls listener() {
        SSLParameters parameters = context.getDefaultSSLParameters();
        parameters.setProtocols(VERSIONS);
        parameters.setNeedClientAuth(trust.isPresent());
        return Tls.builder().sslContext(new ServerContext(context, parameters)).build();
    }
}
