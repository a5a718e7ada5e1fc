package sluice.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sluice.api.Secret;
import sluice.config.ServerSettings;

class AdminGuardTest {
    private static AdminGuard guard(String token, boolean open) {
        return new AdminGuard(new ServerSettings.Admin("127.0.0.1", 8081, new ServerSettings.Access(new Secret(token), open), true,
                Optional.empty()), new SecureRandom());
    }

    private static AdminGuard.Visit visit(String host, String origin) {
        return new AdminGuard.Visit(true, "", "", origin, host);
    }

    @Test
    void isClosedWithoutATokenUnlessItIsOpen() {
        assertEquals(Optional.of(AdminGuard.Refusal.CLOSED), guard("", false).check(visit("localhost:8081", "")));
        assertEquals(Optional.empty(), guard("", true).check(visit("localhost:8081", "")));
        assertEquals(Optional.empty(), guard("", true).check(visit("[::1]:8081", "http://[::1]:8081")));
    }

    @Test
    void anOpenPortIsClosedToOtherNamesOfThisMachine() {
        assertEquals(Optional.of(AdminGuard.Refusal.FOREIGN_HOST), guard("", true).check(visit("rebound.example:8081", "")));
        assertEquals(Optional.of(AdminGuard.Refusal.FOREIGN_HOST),
                guard("", true).check(visit("rebound.example", "http://rebound.example")));
    }

    @Test
    void refusesPagesOfOtherOriginsEvenWithTheToken() {
        AdminGuard.Visit foreign = new AdminGuard.Visit(false, "Bearer t", "", "http://evil.example", "localhost:8081");
        assertEquals(Optional.of(AdminGuard.Refusal.FOREIGN_ORIGIN), guard("t", false).check(foreign));
        AdminGuard.Visit opaque = new AdminGuard.Visit(true, "", "", "null", "localhost:8081");
        assertEquals(Optional.of(AdminGuard.Refusal.FOREIGN_ORIGIN), guard("", true).check(opaque));
    }

    @Test
    void numbersAreForThisMachineWhereNoTokenIsConfigured() {
        assertEquals(Optional.empty(), guard("", false).checkReading(visit("127.0.0.1:8081", "")));
        assertEquals(Optional.of(AdminGuard.Refusal.CLOSED), guard("", false).checkReading(visit("10.0.0.7:8081", "")));
        assertEquals(Optional.of(AdminGuard.Refusal.NO_TOKEN), guard("t", false).checkReading(visit("127.0.0.1:8081", "")));
    }

    @Test
    void aCookieOfAFormerProcessIsWorthNothing() {
        AdminGuard before = guard("t", false);
        AdminGuard after = guard("t", false);
        assertNotEquals(before.session(), after.session());
        AdminGuard.Visit old = new AdminGuard.Visit(false, "", "a=b; sluice_admin=" + before.session(), "", "localhost");
        assertEquals(Optional.empty(), before.check(old));
        assertEquals(Optional.of(AdminGuard.Refusal.NO_TOKEN), after.check(old));
    }
}
