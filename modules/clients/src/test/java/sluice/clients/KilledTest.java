package sluice.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.api.TokenUsage;
import sluice.config.ConfigurationLoader;
import sluice.config.Quota;
import sluice.records.RequestRecord;

/** A process that is killed has forgotten nothing that was to be paid, and nobody pays twice. */
class KilledTest {
    private static final long DOLLAR = 1_000_000_000L;

    @TempDir
    private Path folder;
    private Desk desk;
    private int kills;

    @BeforeEach
    void open() throws IOException {
        desk = new Desk(folder.resolve("first").resolve("spending"), new Quota.Budget(10_000, 100_000));
    }

    @AfterEach
    void close() {
        desk.close();
    }

    private void kill() throws IOException {
        desk = desk.killed(folder.resolve("kill-" + ++kills));
    }

    private long spent() {
        assertEquals(desk.sums().dayNanoDollars(), desk.team().dayNanoDollars());
        assertEquals(desk.sums().dayNanoDollars(), desk.account().dayNanoDollars());
        return desk.sums().dayNanoDollars() / DOLLAR;
    }

    private void paid(int tokens) {
        desk.ends(desk.admitted(Desk.body(40, 20, false)), 200, "resp_1", TokenUsage.told(tokens, 0, 0, 0));
    }

    @Test
    void whatHasJustBeenChargedIsCharged() throws IOException {
        paid(7);
        kill();
        assertEquals(7, spent());
        kill();
        assertEquals(7, spent(), "once, also if the next process is killed at once");
        paid(2);
        desk = desk.restarted();
        assertEquals(9, spent());
        assertEquals(0, desk.lost().size());
    }

    @Test
    void aRequestThatWasSentIsChargedByItsEstimateAndRecorded() throws IOException {
        Ticket ticket = desk.admitted(Desk.body(40, 20, false));
        desk.sends(ticket);
        kill();
        assertEquals(30, spent());
        assertEquals(0, desk.sums().reservedNanoDollars());
        RequestRecord record = desk.lost().getFirst();
        assertEquals(ticket.record().requestId, record.requestId);
        assertEquals(TokenUsage.estimate(10, 20), record.usage);
        assertEquals(List.of("team-a", "research", "main", "gpt", "gateway_killed"), List.of(record.client, record.team, record.account,
                record.model, record.errorCode));
        desk = desk.restarted();
        assertEquals(30, spent());
        assertEquals(0, desk.lost().size());
    }

    @Test
    void aRequestThatWaitedForAnAccountCostsNothing() throws IOException {
        desk.admitted(Desk.body(40, 20, false));
        kill();
        assertEquals(0, spent());
        assertEquals(0, desk.sums().reservedNanoDollars());
    }

    @Test
    void backgroundWorkThatHasJustBeenAcceptedStaysReservedAndIsChargedOnce() throws IOException {
        desk.ends(desk.admitted(Desk.body(40, 20, true)), 200, "resp_1", TokenUsage.NONE);
        kill();
        assertEquals(30 * DOLLAR, desk.sums().reservedNanoDollars());
        kill();
        assertEquals(30 * DOLLAR, desk.sums().reservedNanoDollars());
        assertEquals(5, desk.reads("GET /v1/responses/{id}", "resp_1", TokenUsage.told(2, 0, 3, 0)).usage.total());
        desk = desk.restarted();
        assertEquals(0, desk.sums().reservedNanoDollars());
        assertEquals(5, spent());
    }

    @Test
    void backgroundWorkThatHasJustBeenSettledIsSettled() throws IOException {
        desk.ends(desk.admitted(Desk.body(40, 20, true)), 200, "resp_1", TokenUsage.NONE);
        desk = desk.restarted();
        assertEquals(5, desk.reads("GET /v1/responses/{id}", "resp_1", TokenUsage.told(2, 0, 3, 0)).usage.total());
        kill();
        assertEquals(5, spent());
        assertEquals(0, desk.sums().reservedNanoDollars());
        assertEquals(0, desk.reads("GET /v1/responses/{id}", "resp_1", TokenUsage.told(2, 0, 3, 0)).usage.total());
        kill();
        assertEquals(5, spent());
    }

    @Test
    void backgroundWorkThatHasJustBegunAndHasJustBeenSettledIsSettled() throws IOException {
        Ticket early = desk.admitted(Desk.body(40, 20, false));
        Ticket begins = desk.admitted(Desk.body(40, 20, true));
        desk.ends(early, 429, "", TokenUsage.NONE);
        desk.ends(begins, 200, "resp_1", TokenUsage.NONE);
        // It takes the slot of the first, which stands before that of the work.
        assertEquals(5, desk.reads("GET /v1/responses/{id}", "resp_1", TokenUsage.told(2, 0, 3, 0)).usage.total());
        kill();
        assertEquals(5, spent());
        assertEquals(0, desk.sums().reservedNanoDollars());
        assertEquals(0, desk.reads("GET /v1/responses/{id}", "resp_1", TokenUsage.told(2, 0, 3, 0)).usage.total());
    }

    /** More at a time than there is room for at the start: the file grows. */
    @Test
    void thousandsUnderWayAtOnceAreFound() throws IOException {
        List<Ticket> open = new ArrayList<>();
        for (int i = 0; i < 3200; i++) {
            Ticket ticket = desk.admitted(Desk.body(8, 0, false));
            desk.sends(ticket);
            open.add(ticket);
        }
        for (int i = 0; i < 100; i++) {
            desk.ends(open.removeFirst(), 200, "resp_" + i, TokenUsage.told(2, 0, 0, 0));
        }
        kill();
        assertEquals(6400, spent());
        assertEquals(open.size(), desk.lost().size());
    }

    @Test
    void hugeCountsNeverMakeABudgetFullAgain() throws IOException {
        Ticket first = desk.admitted(Desk.body(40, 20, false));
        Ticket second = desk.admitted(Desk.body(40, 20, false));
        desk.ends(first, 200, "resp_1", TokenUsage.told(1L << 52, 0, 1L << 52, 0));
        desk.ends(second, 200, "resp_2", TokenUsage.told(1L << 52, 0, 1L << 52, 0));
        assertEquals(Long.MAX_VALUE, desk.sums().dayNanoDollars());
        assertTrue(desk.asks(Desk.body(40, 20, false)) instanceof Admission.Outcome.Refused);
        desk = desk.restarted();
        assertEquals(Long.MAX_VALUE, desk.sums().monthNanoDollars());
    }

    /** By somebody who makes room, or by a machine that fails. */
    @Test
    void whatACutFileLacksIsWrittenAgain() throws IOException {
        paid(7);
        desk = desk.restarted();
        try (FileChannel channel = FileChannel.open(desk.file(), StandardOpenOption.WRITE)) {
            channel.truncate(5);
        }
        paid(2);
        desk = desk.restarted();
        assertEquals(9, spent());
        paid(1);
        desk = desk.restarted();
        assertEquals(10, spent());
    }

    @Test
    void theFileOfManyRequestsStaysShort() throws IOException {
        desk.close();
        desk = new Desk(folder.resolve("long").resolve("spending"), new Quota.Budget(100e6, 100e6));
        long before = 0;
        long now = Files.size(desk.file());
        int paid = 0;
        for (; now >= before && paid < 1_000_000; paid += 1000) {
            for (int i = 0; i < 1000; i++) {
                desk.ends(desk.admitted(Desk.body(8, 0, false)), 200, "resp_1", TokenUsage.told(0, 0, 1, 0));
            }
            before = now;
            now = Files.size(desk.file());
        }
        assertTrue(now < before, "it was written anew before it was long: " + now);
        kill();
        assertEquals(paid, spent());
    }

    @Test
    void anEmptyFileDoesNotTellThatNothingWasSpent() throws IOException {
        Path file = Files.createFile(folder.resolve("empty"));
        Allowances allowances = new Allowances();
        AtomicInteger asked = new AtomicInteger();
        try (SpendingFile store = new SpendingFile(file, allowances)) {
            Settlement settlement = new Settlement(allowances, store, ConfigurationLoader.defaults(), () -> 0, () -> Desk.NOON);
            store.restore(new SpendingRecovery(settlement), record -> { }, asked::incrementAndGet);
        }
        assertEquals(1, asked.get(), "the sums are looked for elsewhere");
        assertTrue(Files.size(file) > 0, "and kept from then on");
    }
}
