package sluice.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import sluice.api.Secret;

/**
 * Where the gateway listens, and how it ends: the keys below {@code server:}.
 *
 * @param host address of the data port; loopback where there are no clients
 * @param port data port, 0..65535; 0 picks a free one
 * @param admin the admin port
 * @param tls certificate of the data port; empty: plain text
 * @param http2 whether HTTP/2 is offered to clients
 * @param reusePort whether another process may open the ports, too
 * @param drain how long streams may take to end after SIGTERM
 * @param otherPaths which paths are passed on that are no routes
 * @param idle how long a client's connection may wait for its next request
 * @param headTimeout longest time from the first byte of a request's head to its last
 * @param bodyTimeout longest silence within a request's body
 * @param bodyRateBytes fewest bytes a second of a request's body, once {@code bodyTimeout} has passed; 0: any
 * @param modelsCache how long an account's answer about its models is kept
 * @param verifyEdits whether every edited body is compared with the received one (a self-check that costs a second pass)
 * @param reload how often the configuration file is looked at for changes; zero: only on SIGHUP
 * @param front what stands between clients and the gateway
 */
public record ServerSettings(String host, int port, Admin admin, Optional<Tls> tls, boolean http2, boolean reusePort, Duration drain,
        OtherPaths otherPaths, Duration idle, Duration headTimeout, Duration bodyTimeout, int bodyRateBytes, Duration modelsCache,
        boolean verifyEdits, Duration reload, Front front) {
    /**
     * The admin port.
     *
     * @param host its address
     * @param port 0..65535; 0 picks a free one
     * @param access who may use it
     * @param probe whether the gateway measures what it adds to requests, while somebody looks
     * @param tls its certificate; empty: plain text
     */
    public record Admin(String host, int port, Access access, boolean probe, Optional<Tls> tls) { }

    /**
     * Who may use the admin port.
     *
     * @param token what its users show; empty: closed, unless {@code open}
     * @param open whether a loopback port needs no token
     */
    public record Access(Secret token, boolean open) { }

    /**
     * What stands between clients and the gateway.
     *
     * @param trustedProxies networks of proxies that are believed
     * @param forwardedBy the header in which they name the client
     * @param proxyProtocol whether their connections begin with a PROXY protocol header
     * @param basePath where the API is found as well; empty: nowhere
     * @param corsOrigins web pages that may use the API
     */
    public record Front(List<AddressRange> trustedProxies, String forwardedBy, boolean proxyProtocol, String basePath,
            List<String> corsOrigins) {
        /** Nothing. */
        public static final Front NONE = new Front(List.of(), "x-forwarded-for", false, "", List.of());

        /** Copies the lists. */
        public Front {
            trustedProxies = List.copyOf(trustedProxies);
            corsOrigins = List.copyOf(corsOrigins);
        }
    }

    /**
     * TLS of a port. The files are read again when they change.
     *
     * @param section the key that the files' keys are below, such as {@code server.tls}
     * @param cert PEM file with the certificate and its chain
     * @param key PEM file with the private key, PKCS #8
     * @param clientCa PEM file of authorities for clients' certificates; empty: clients need none
     */
    public record Tls(String section, Path cert, Path key, Optional<Path> clientCa) { }
}
