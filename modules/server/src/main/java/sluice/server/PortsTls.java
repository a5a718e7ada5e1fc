package sluice.server;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import sluice.config.ServerSettings;
import sluice.edge.DataTls;

/**
 * TLS of the two ports, each with its own certificate. Thread-safe.
 *
 * @param data of the data port; empty: plain text
 * @param admin of the admin port; empty: plain text
 */
record PortsTls(Optional<DataTls> data, Optional<DataTls> admin) {
    /**
     * Reads the files.
     *
     * @throws IOException if one of them cannot be used; the message names the key of the configuration
     */
    static PortsTls read(ServerSettings server) throws IOException {
        return new PortsTls(read(server.tls()), read(server.admin().tls()));
    }

    private static Optional<DataTls> read(Optional<ServerSettings.Tls> files) throws IOException {
        return files.isPresent() ? Optional.of(new DataTls(files.get())) : Optional.empty();
    }

    /** Reads the files again. That they can be used has been seen before, so one port does not change without the other. */
    void reload(ServerSettings server) throws IOException {
        reload(data, server.tls());
        reload(admin, server.admin().tls());
    }

    private static void reload(Optional<DataTls> tls, Optional<ServerSettings.Tls> files) throws IOException {
        if (tls.isPresent() && files.isPresent()) {
            tls.get().reload(files.get());
        }
    }

    /** When the certificate of each port ends that has one: {@code data}, {@code admin}. */
    Map<String, Instant> ends() {
        Map<String, Instant> ends = new TreeMap<>();
        data.ifPresent(tls -> ends.put("data", tls.end()));
        admin.ifPresent(tls -> ends.put("admin", tls.end()));
        return ends;
    }
}
