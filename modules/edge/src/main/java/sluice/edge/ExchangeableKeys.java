package sluice.edge;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * Hands out one certificate, which can be exchanged at any time: a handshake ends with the certificate that it began with. Thread-safe.
 */
final class ExchangeableKeys extends X509ExtendedKeyManager {
    /** A handshake asks by alias, up to three times; so the alias says which certificate it began with. */
    private record Pair(String alias, ServerCertificate now, ServerCertificate before) { }

    private final AtomicReference<Pair> pair;

    ExchangeableKeys(ServerCertificate first) {
        pair = new AtomicReference<>(new Pair("1", first, first));
    }

    /** From now on {@code next} is handed out. */
    void exchange(ServerCertificate next) {
        pair.updateAndGet(old -> new Pair(Integer.toString(Integer.parseInt(old.alias) + 1), next, old.now));
    }

    private ServerCertificate of(String alias) {
        Pair current = pair.get();
        return current.alias.equals(alias) ? current.now : current.before;
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        Pair current = pair.get();
        return current.now.key().getAlgorithm().equals(keyType) ? current.alias : null;
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return chooseEngineServerAlias(keyType, issuers, null);
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        String alias = chooseEngineServerAlias(keyType, issuers, null);
        return alias == null ? null : new String[] {alias};
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return of(alias).chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return of(alias).key();
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        return null;
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return null;
    }
}
