package sluice.edge;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** Judges clients' certificates by authorities that can be exchanged at any time. Thread-safe. */
final class ExchangeableTrust extends X509ExtendedTrustManager {
    private final AtomicReference<X509ExtendedTrustManager> trusted;

    ExchangeableTrust(List<X509Certificate> authorities) throws IOException {
        trusted = new AtomicReference<>(judge(authorities));
    }

    /** From now on these authorities are trusted, and no others. */
    void exchange(List<X509Certificate> authorities) throws IOException {
        trusted.set(judge(authorities));
    }

    private static X509ExtendedTrustManager judge(List<X509Certificate> authorities) throws IOException {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (int i = 0; i < authorities.size(); i++) {
                store.setCertificateEntry("authority" + i, authorities.get(i));
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
        } catch (GeneralSecurityException e) {
            throw new IOException("server.tls.client-ca: " + e.getMessage(), e);
        }
    }

    /**
     * A session that is taken up again shows no certificate: the one that it began with may have expired since, or be trusted no more.
     *
     * @throws SSLException if it is not trusted now
     */
    void checkStill(SSLSession session) throws SSLException {
        Certificate[] shown = session.getPeerCertificates();
        X509Certificate[] chain = Arrays.copyOf(shown, shown.length, X509Certificate[].class);
        try {
            trusted.get().checkClientTrusted(chain, chain[0].getPublicKey().getAlgorithm());
        } catch (CertificateException e) {
            throw new SSLHandshakeException("the client's certificate is not trusted any more: " + e.getMessage(), e);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) throws CertificateException {
        trusted.get().checkClientTrusted(chain, authType, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) throws CertificateException {
        trusted.get().checkClientTrusted(chain, authType, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        trusted.get().checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) throws CertificateException {
        throw new CertificateException("this end is the server");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) throws CertificateException {
        throw new CertificateException("this end is the server");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("this end is the server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return trusted.get().getAcceptedIssuers();
    }
}
