package sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an account's address says of each request to it, by HTTP as in handshakes of WebSockets. */
class AccountEndpointTest {
    @ParameterizedTest
    @CsvSource({"https://api.test/v1, api.test, /v1", "https://api.test:443/v1/, api.test:443, /v1", "http://[::1]:8080, [::1]:8080, ''",
        "http://user@api.test:81/, api.test:81, ''"})
    void hostAndPathAreThoseOfTheAddress(URI address, String host, String path) {
        Account.Endpoint endpoint = Account.Endpoint.of(address, new Secret("k"));
        assertEquals(host, endpoint.host());
        assertEquals(path, endpoint.basePath());
    }
}
