package sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients and accounts together never need more files than there are. */
class OpenFilesTest {
    @ParameterizedTest
    @CsvSource({"1048576, 1048576", "20000, 20000", "unlimited, 2147483647"})
    void readsTheSoftLimit(String soft, int most) {
        assertEquals(most, OpenFiles.parse("Limit                     Soft Limit           Hard Limit           Units     \n"
                + "Max processes             95111                95111                processes \n"
                + "Max open files            " + soft + "              4194304              files     \n").most());
    }

    @Test
    void knowsThisProcess() {
        assertTrue(OpenFiles.ofThisProcess().most() > 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 64, 1024, 20_000, 1_048_576, Integer.MAX_VALUE})
    void leavesRoomForBothEndsOfEachRequest(int most) {
        OpenFiles files = new OpenFiles(most);
        long room = files.room();
        assertTrue(room >= 1);
        assertTrue(most < 64 || 2 * room + files.refused() < most, () -> room + " of " + most);
    }

    @Test
    void hasRoomForTheDefaultsOfAUsualServer() {
        assertTrue(new OpenFiles(1_048_576).room() > 20_000);
        assertEquals(8319, new OpenFiles(20_000).room());
    }
}
