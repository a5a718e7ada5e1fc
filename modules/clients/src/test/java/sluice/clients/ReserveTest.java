package sluice.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ReserveTest {
    private final Reserve tenth = new Reserve(10);

    @Test
    void keepsTheLastPartForThoseWhoHoldLittle() {
        assertTrue(tenth.admits(1000, 900, 900, 0));
        assertFalse(tenth.admits(1000, 901, 901, 0));
        assertTrue(tenth.admits(1000, 901, 10, 0));
        assertFalse(tenth.admits(1000, 901, 11, 0));
        assertTrue(tenth.admits(1000, 1000, 1, 0));
        assertFalse(tenth.admits(1000, 1001, 1, 0));
    }

    @Test
    void givesTheKeysOfOneTeamHalfOfThat() {
        assertTrue(tenth.admits(1000, 950, 1, 900));
        assertFalse(tenth.admits(1000, 951, 1, 900));
        assertTrue(tenth.admits(1000, 951, 1, 10));
    }

    @Test
    void keepsNothingOfAWholeThatIsTooSmall() {
        assertTrue(tenth.admits(9, 9, 9, 9));
        assertFalse(tenth.admits(9, 10, 1, 1));
    }

    @Test
    void keepsNothingWhereNobodyElseIs() {
        assertTrue(Reserve.NONE.admits(1000, 1000, 1000, 0));
        assertFalse(Reserve.NONE.isLittle(1000, 1));
        assertEquals(0, Reserve.NONE.kept(1000));
    }

    @Test
    void countsWholesOfAnySize() {
        assertEquals(4_611_686_018_427_387_903L, new Reserve(50).kept(Long.MAX_VALUE));
        assertEquals(1, tenth.kept(19));
        assertEquals(20, tenth.kept(200));
    }

    @Test
    void placesAreTakenWithinIt() {
        Places places = new Places();
        for (int i = 1; i <= 90; i++) {
            assertTrue(places.enter(100, tenth, i, 0));
        }
        assertFalse(places.enter(100, tenth, 91, 0));
        assertTrue(places.enter(100, tenth, 1, 0));
        places.leave();
        assertEquals(90, places.taken());
    }
}
