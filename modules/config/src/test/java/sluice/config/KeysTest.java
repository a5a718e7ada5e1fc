package sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeysTest {
    @Test
    void noTwoKeysHaveTheSameVariable() {
        Set<String> variables = new HashSet<>();
        Keys.ALL.values().stream().filter(Key::inEnvironment)
                .forEach(key -> assertTrue(variables.add(key.variable()), key.path()));
        assertTrue(variables.contains("SLUICE_FAILOVER_COOL_DOWN_UNKNOWN_MAX"));
    }

    @Test
    void everyKeyIsKebabCaseAndSaysWhatItMeans() {
        for (Key key : Keys.ALL.values()) {
            assertTrue(key.path().matches("[a-z0-9]+(-[a-z0-9]+)*(\\[\\])?(\\.[a-z0-9]+(-[a-z0-9]+)*(\\[\\])?)*"), key.path());
            assertTrue(key.meaning().endsWith(".") && key.meaning().length() > 5, key.path());
        }
    }

    @ParameterizedTest
    @CsvSource({"250ms, 250", "1.5s, 1500", "2m, 120000", "1h, 3600000", "30d, 2592000000", "0, 0"})
    void readsDurations(String text, long millis) throws BadValue {
        assertEquals(Duration.ofMillis(millis), Quantities.duration(text));
    }

    @ParameterizedTest
    @CsvSource({"4KiB, 4096", "64MiB, 67108864", "1.5GiB, 1610612736", "100, 100", "100B, 100"})
    void readsSizes(String text, long bytes) throws BadValue {
        assertEquals(bytes, Quantities.bytes(text));
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/8, 10.255.0.1, true", "10.0.0.0/8, 11.0.0.1, false", "10.1.2.128/25, 10.1.2.127, false",
        "10.1.2.128/25, 10.1.2.200, true", "192.0.2.7, 192.0.2.7, true", "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false", "0.0.0.0/0, 8.8.8.8, true", "::/0, 8.8.8.8, false"})
    void networksHoldTheirAddresses(String network, String address, boolean in) {
        assertEquals(in, AddressRange.parse(network).contains(InetAddress.ofLiteral(address)));
    }

    @ParameterizedTest
    @CsvSource({"port, port, 0", "prot, port, 2", "a, abc, 2", "kitten, sitting, 3"})
    void distanceIsLevenshteins(String a, String b, int distance) {
        assertEquals(distance, NearestName.distance(a, b));
        assertEquals(distance, NearestName.distance(b, a));
    }
}
