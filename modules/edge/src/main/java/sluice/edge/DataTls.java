package sluice.edge;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import sluice.config.ServerSettings;

/**
 * TLS of a port: one context for the life of the process, whose certificate and authorities are exchanged when their
 * files change. Thread-safe.
 */
public final class DataTls {
    private static final String HTTP1 = "http/1.1";
    private static final String HTTP2 = "h2";
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};
    private static final Logger LOG = System.getLogger("sluice.edge");

    private final String section;
    private final ExchangeableKeys keys;
    private final Optional<ExchangeableTrust> trust;
    private final SSLContext context;
    private volatile Instant end;

    /**
     * Reads the files.
     *
     * @throws IOException if one of them cannot be used; the message names the key of the configuration
     */
    public DataTls(ServerSettings.Tls files) throws IOException {
        section = files.section();
        ServerCertificate first = ServerCertificate.read(files);
        warnIfUntimely(first);
        end = first.end();
        keys = new ExchangeableKeys(first);
        trust = files.clientCa().isPresent() ? Optional.of(new ExchangeableTrust(authorities(files))) : Optional.empty();
        try {
            context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {keys}, trust.map(manager -> new TrustManager[] {manager}).orElse(null), null);
        } catch (GeneralSecurityException e) {
            throw new IOException(section + ": " + e.getMessage(), e);
        }
    }

    /** Everything that keeps these files from being used, each with its key; empty if nothing does. */
    public static List<String> faults(ServerSettings.Tls files) {
        List<String> found = new ArrayList<>();
        try {
            ServerCertificate.read(files);
        } catch (IOException e) {
            found.add(e.getMessage());
        }
        try {
            if (files.clientCa().isPresent()) {
                authorities(files);
            }
        } catch (IOException e) {
            found.add(e.getMessage());
        }
        return found;
    }

    private static List<X509Certificate> authorities(ServerSettings.Tls files) throws IOException {
        return ServerCertificate.certificates(files.section() + ".client-ca", files.clientCa().orElseThrow());
    }

    /** Reads the files again; on a fault everything stays as it is. Open connections keep what they agreed on. */
    public void reload(ServerSettings.Tls files) throws IOException {
        ServerCertificate next = ServerCertificate.read(files);
        if (trust.isPresent() && files.clientCa().isPresent()) {
            trust.get().exchange(authorities(files));
        }
        warnIfUntimely(next);
        keys.exchange(next);
        end = next.end();
    }

    /** When the certificate in use ends. */
    public Instant end() {
        return end;
    }

    /** An untimely certificate is used all the same: some clients do not look at its time, and a port that stays closed helps nobody. */
    private void warnIfUntimely(ServerCertificate certificate) {
        certificate.untimely(Instant.now())
                .ifPresent(why -> LOG.log(Level.WARNING, section + ".cert: " + why + "; clients will refuse it"));
    }

    /**
     * The server's side of TLS over a connection that was accepted. Waits for the handshake.
     *
     * @param http2 whether it is offered beside HTTP/1.1
     * @throws IOException if the connection has ended, or its client is not trusted
     */
    public SSLSocket accepted(Socket socket, boolean http2) throws IOException {
        SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(socket, (InputStream) null, true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setProtocols(VERSIONS);
        parameters.setNeedClientAuth(trust.isPresent());
        parameters.setApplicationProtocols(http2 ? new String[] {HTTP2, HTTP1} : new String[] {HTTP1});
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        if (trust.isPresent()) {
            trust.get().checkStill(secured.getSession());
        }
        return secured;
    }
}
