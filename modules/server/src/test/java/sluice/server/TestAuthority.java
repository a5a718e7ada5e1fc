package sluice.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** An authority and certificates that it signs, made anew for each test class: no key is ever committed. */
final class TestAuthority {
    private static final String PASSWORD = "changeit";

    private final Path folder;
    private final Path store;

    TestAuthority(Path folder) throws IOException {
        this.folder = folder;
        store = folder.resolve("authority.p12");
        keytool("-genkeypair", "-alias", "ca", "-dname", "CN=test authority", "-ext", "bc:c", "-keyalg", "EC", "-groupname", "secp256r1");
    }

    private void keytool(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-validity", "2", "-storetype", "PKCS12", "-storepass", PASSWORD, "-keystore", store.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        try {
            if (process.waitFor() != 0) {
                throw new IOException("keytool: " + output);
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** A certificate for {@code localhost} with this name; its key is an EC or an RSA key. */
    void issue(String name, String algorithm) throws IOException {
        keytool("-genkeypair", "-alias", name, "-signer", "ca", "-dname", "CN=" + name, "-ext", "san=dns:localhost,ip:127.0.0.1",
                "-keyalg", algorithm);
    }

    /** One whose two days begin at {@code start}, as keytool takes it: {@code -9d} began nine days ago. */
    void issueAt(String name, String start) throws IOException {
        keytool("-genkeypair", "-alias", name, "-signer", "ca", "-dname", "CN=" + name, "-ext", "san=dns:localhost,ip:127.0.0.1",
                "-keyalg", "EC", "-startdate", start);
    }

    /** When a certificate ends. */
    Instant end(String name) throws IOException, GeneralSecurityException {
        return ((X509Certificate) load().getCertificate(name)).getNotAfter().toInstant();
    }

    private KeyStore load() throws IOException, GeneralSecurityException {
        KeyStore loaded = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            loaded.load(in, PASSWORD.toCharArray());
        }
        return loaded;
    }

    private static String pem(String kind, byte[] der) {
        return "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END " + kind + "-----\n";
    }

    /** Writes a certificate with its chain into a PEM file. */
    Path certificate(String name, String file) throws IOException, GeneralSecurityException {
        StringBuilder text = new StringBuilder();
        for (Certificate certificate : load().getCertificateChain(name)) {
            text.append(pem("CERTIFICATE", certificate.getEncoded()));
        }
        return Files.writeString(folder.resolve(file), text);
    }

    /** Writes a private key into a PEM file. */
    Path key(String name, String file) throws IOException, GeneralSecurityException {
        return Files.writeString(folder.resolve(file), pem("PRIVATE KEY", load().getKey(name, PASSWORD.toCharArray()).getEncoded()));
    }

    /** The configuration of a server that has this certificate. */
    String serving(String name) throws IOException, GeneralSecurityException {
        return "server: {tls: {cert: \"" + certificate(name, name + ".pem") + "\", key: \"" + key(name, name + ".key")
                + "\"}}\n";
    }

    /** TLS over a client's connection to such a server. */
    Socket secured(Socket socket) throws IOException, GeneralSecurityException {
        SSLSocket secure = (SSLSocket) trusting().getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
        secure.startHandshake();
        return secure;
    }

    /** A client's context that trusts this authority and nobody else. */
    SSLContext trusting() throws IOException, GeneralSecurityException {
        return context(null);
    }

    /** The same, showing a certificate of this name where the server asks for one. */
    SSLContext showing(String name) throws IOException, GeneralSecurityException {
        KeyStore one = KeyStore.getInstance("PKCS12");
        one.load(null, null);
        one.setKeyEntry(name, load().getKey(name, PASSWORD.toCharArray()), PASSWORD.toCharArray(), load().getCertificateChain(name));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(one, PASSWORD.toCharArray());
        return context(keys);
    }

    /** What trusts this authority and nobody else. */
    TrustManagerFactory trust() throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", load().getCertificate("ca"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        return trust;
    }

    private SSLContext context(KeyManagerFactory keys) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys == null ? null : keys.getKeyManagers(), trust().getTrustManagers(), null);
        return context;
    }
}
