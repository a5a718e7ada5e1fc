package sluice.ops;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import sluice.net.TrustedCertificates;

/** Asks a running gateway's admin port, for the commands. Immutable and thread-safe. */
final class AdminClient {
    private static final int CONNECT_MILLIS = 3_000;
    private static final int READ_MILLIS = 30_000;

    private final URI admin;
    private final String token;
    private final SSLSocketFactory secured;

    private AdminClient(URI admin, String token, SSLSocketFactory secured) {
        this.admin = admin;
        this.token = token;
        this.secured = secured;
    }

    /**
     * For the admin port at {@code address}.
     *
     * @param address such as {@code http://127.0.0.1:8081} or {@code 127.0.0.1:8081}
     * @param token of {@code server.admin.token}; empty where none is needed
     * @param authorities PEM file of authorities to trust instead of Java's
     * @throws IllegalArgumentException if that is no address
     * @throws IOException if that file cannot be used
     */
    static AdminClient of(String address, String token, Optional<Path> authorities) throws IOException {
        String text = address.contains("://") ? address : "http://" + address;
        try {
            URI uri = new URI(text.endsWith("/") ? text : text + "/");
            if (uri.getHost() != null && (uri.getScheme().equals("http") || uri.getScheme().equals("https"))) {
                return new AdminClient(uri, token, TrustedCertificates.context(authorities).getSocketFactory());
            }
        } catch (URISyntaxException e) {
            // the message below tells it
        }
        throw new IllegalArgumentException("'" + address + "' is no address such as http://127.0.0.1:8081");
    }

    /** The answer to GET. */
    JsonTree get(String path) throws IOException {
        return send(path, Optional.empty(), Map.of());
    }

    /** The answer to GET as it came, if it is one of the admin port's. */
    String text(String path) throws IOException {
        return answer(path, Optional.empty(), Map.of());
    }

    /** The answer to POST. */
    JsonTree post(String path, byte[] body, Map<String, String> headers) throws IOException {
        return send(path, Optional.of(body), headers);
    }

    private JsonTree send(String path, Optional<byte[]> body, Map<String, String> headers) throws IOException {
        return JsonTree.parse(answer(path, body, headers));
    }

    private String answer(String path, Optional<byte[]> body, Map<String, String> headers) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) admin.resolve(path).toURL().openConnection();
        if (connection instanceof HttpsURLConnection secure) {
            secure.setSSLSocketFactory(secured);
        }
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setReadTimeout(READ_MILLIS);
        connection.setInstanceFollowRedirects(false);
        if (!token.isEmpty()) {
            connection.setRequestProperty("Authorization", "Bearer " + token);
        }
        headers.forEach(connection::setRequestProperty);
        try {
            if (body.isPresent()) {
                connection.setDoOutput(true);
                connection.setFixedLengthStreamingMode(body.get().length);
                connection.getOutputStream().write(body.get());
            }
            return answer(connection);
        } catch (ConnectException | UnknownHostException | java.net.SocketTimeoutException e) {
            throw new IOException("nothing answers at " + admin + " (" + e.getMessage() + "); is the gateway running, and is this "
                    + "its admin port (server.admin)?", e);
        } catch (SSLException e) {
            throw new IOException(admin + " does not show a certificate that is trusted (" + e.getMessage()
                    + "); --ca names its authority, and an admin port without server.admin.tls is asked by http://", e);
        } finally {
            connection.disconnect();
        }
    }

    private String answer(HttpURLConnection connection) throws IOException {
        int status = connection.getResponseCode();
        String text;
        try (InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            text = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        if (status == 401) {
            throw new IOException(token.isEmpty()
                    ? "the admin port wants a token: --token, or the variable SLUICE_ADMIN_TOKEN (server.admin.token)"
                    : "the admin port does not take this token; it is server.admin.token of the configuration");
        }
        try {
            JsonTree json = JsonTree.parse(text);
            String message = json.get("error").text("message");
            if (status < 400) {
                return text;
            }
            if (!message.isEmpty() && (status != 404 || json.get("error").text("code").equals("unknown_client"))) {
                throw new IOException("the admin port refused: " + message);
            }
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            // what answers is something else
        }
        throw new IOException(admin + " answers " + status + ", but not as Sluice's admin port does; is it the data port?");
    }
}
