package sluice.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.api.TokenUsage;
import sluice.config.Quota;

/** While a restart hands over, two processes have the same sums, and each adds to those of the other. */
class HandedOverTest {
    private static final long DOLLAR = 1_000_000_000L;
    private static final Quota.Budget BUDGET = new Quota.Budget(10_000, 100_000);

    @TempDir
    private Path folder;
    private Desk first;
    private Desk second;

    @BeforeEach
    void open() throws IOException {
        first = new Desk(folder.resolve("spending"), BUDGET);
        paid(first, 1);
        second = new Desk(folder.resolve("spending"), BUDGET);
    }

    @AfterEach
    void close() {
        first.close();
        second.close();
    }

    private static void paid(Desk desk, int tokens) {
        desk.ends(desk.admitted(Desk.body(40, 20, false)), 200, "resp_1", TokenUsage.told(tokens, 0, 0, 0));
    }

    private static long spent(Desk desk) {
        return desk.sums().monthNanoDollars() / DOLLAR;
    }

    private static void await(BooleanSupplier seen) {
        while (!seen.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void theSecondLearnsWhatTheFirstSpendsAndTheThirdFindsTheSumOfBoth() throws IOException {
        paid(first, 10);
        await(() -> spent(second) == 11);
        paid(second, 100);
        paid(first, 1000);
        await(() -> spent(second) == 1111);
        first.close();
        paid(second, 2);
        second = second.restarted();
        assertEquals(1113, spent(second));
        assertEquals(1113, second.team().monthNanoDollars() / DOLLAR);
        assertEquals(1113, second.account().dayNanoDollars() / DOLLAR);
    }

    @Test
    void backgroundWorkOfTheFirstIsReservedInTheSecondAndSettledByEither() throws IOException {
        first.ends(first.admitted(Desk.body(40, 20, true)), 200, "resp_1", TokenUsage.NONE);
        first.ends(first.admitted(Desk.body(40, 20, true)), 200, "resp_2", TokenUsage.NONE);
        await(() -> second.sums().reservedNanoDollars() == 60 * DOLLAR);
        assertEquals(5, first.reads("GET /v1/responses/{id}", "resp_1", TokenUsage.told(2, 0, 3, 0)).usage.total());
        await(() -> second.sums().reservedNanoDollars() == 30 * DOLLAR);
        assertEquals(0, second.reads("GET /v1/responses/{id}", "resp_1", TokenUsage.told(2, 0, 3, 0)).usage.total());
        assertEquals(7, second.reads("GET /v1/responses/{id}", "resp_2", TokenUsage.told(3, 0, 4, 0)).usage.total());
        first.close();
        second = second.restarted();
        assertEquals(13, spent(second));
        assertEquals(0, second.sums().reservedNanoDollars());
    }
}
