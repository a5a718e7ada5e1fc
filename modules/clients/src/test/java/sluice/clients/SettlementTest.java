package sluice.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.api.TokenUsage;
import sluice.config.Quota;
import sluice.records.RequestRecord;

/** Charged once, to whom it belongs, in all the ways in which usage may come, or not come. */
class SettlementTest {
    private static final long DOLLAR = 1_000_000_000L;

    @TempDir
    private Path folder;
    private Desk desk;

    @BeforeEach
    void open() throws IOException {
        desk = new Desk(folder.resolve("spending"), new Quota.Budget(100, 1000));
    }

    /** A writer that is at work would write into a folder that is taken away. */
    @AfterEach
    void close() {
        desk.close();
    }

    private long spent() {
        return desk.sums().dayNanoDollars() / DOLLAR;
    }

    private long reserved() {
        return desk.sums().reservedNanoDollars() / DOLLAR;
    }

    @Test
    void whatIsReservedGivesWayToWhatWasUsed() {
        Ticket ticket = desk.admitted(Desk.body(40, 20, false));
        assertEquals(30, reserved(), "a quarter of the bytes, and what may be written, at a dollar each");
        desk.ends(ticket, 200, "resp_1", TokenUsage.told(3, 0, 4, 0));
        assertEquals(7, spent());
        assertEquals(0, reserved());
        assertEquals(7, desk.account().dayNanoDollars() / DOLLAR);
        assertEquals(7, desk.team().dayNanoDollars() / DOLLAR);
    }

    @Test
    void anAnswerWithoutUsageAndOneWhoseClientHasLeftAreEstimatedAndMarked() {
        RequestRecord silent = desk.ends(desk.admitted(Desk.body(40, 20, false)), 200, "resp_1", TokenUsage.NONE);
        assertTrue(silent.usage.estimated());
        assertEquals(10, silent.usage.input());
        RequestRecord left = desk.ends(desk.admitted(Desk.body(80, 20, false)), 499, "", TokenUsage.NONE);
        assertTrue(left.usage.estimated());
        assertEquals(20, left.usage.input());
        assertEquals(30, spent());
    }

    @Test
    void whatIsEstimatedHoldsWhatWasToldOfIt() {
        RequestRecord half = desk.ends(desk.admitted(Desk.body(40, 20, false)), 200, "resp_1", new TokenUsage(0, 50, 60, 0, 70, true));
        assertEquals(new TokenUsage(10, 10, 10, 0, 0, true), half.usage);
    }

    @Test
    void whatWasRefusedOrNeverSentCostsNothing() {
        desk.ends(desk.admitted(Desk.body(40, 20, false)), 429, "", TokenUsage.NONE);
        Ticket never = desk.admitted(Desk.body(40, 20, false));
        desk.endsUnsent(never, 499);
        assertEquals(0, spent() + reserved());
    }

    @Test
    void backgroundWorkStaysReservedUntilItsUsageIsSeenAndIsChargedOnce() {
        RequestRecord made = desk.ends(desk.admitted(Desk.body(40, 20, true)), 200, "resp_1", TokenUsage.NONE);
        assertEquals(TokenUsage.NONE, made.usage);
        assertEquals(30, reserved());
        assertEquals(TokenUsage.NONE, desk.reads("GET /v1/responses/{id}", "resp_1", TokenUsage.NONE).usage, "it still works");
        assertEquals(30, reserved());

        RequestRecord first = desk.reads("GET /v1/responses/{id}", "resp_1", TokenUsage.told(3, 0, 4, 0));
        assertEquals(7, first.usage.total());
        assertEquals("gpt", first.model, "by the model that made it");
        for (int i = 0; i < 5; i++) {
            assertEquals(TokenUsage.NONE, desk.reads("GET /v1/responses/{id}", "resp_1", TokenUsage.told(3, 0, 4, 0)).usage);
        }
        assertEquals(7, spent());
        assertEquals(0, reserved());
    }

    @Test
    void readingWhatNobodyIsKnownToHaveMadeIsFree() {
        assertEquals(OptionalLong.of(0), desk.reads("GET /v1/responses/{id}", "resp_9", TokenUsage.told(3, 0, 4, 0)).cost);
        assertEquals(0, spent());
    }

    @Test
    void workThatIsCancelledOrDeletedBeforeItsUsageIsKnownIsEstimated() {
        desk.ends(desk.admitted(Desk.body(40, 20, true)), 200, "resp_1", TokenUsage.NONE);
        assertTrue(desk.reads("POST /v1/responses/{id}/cancel", "resp_1", TokenUsage.NONE).usage.estimated());
        desk.ends(desk.admitted(Desk.body(40, 20, true)), 200, "resp_2", TokenUsage.NONE);
        assertTrue(desk.reads("DELETE /v1/responses/{id}", "resp_2", TokenUsage.NONE).usage.estimated());
        assertEquals(40, spent());
        assertEquals(0, reserved());
    }

    @Test
    void theGatewayLooksItselfIfNobodyElseDoes() {
        desk.ends(desk.admitted(Desk.body(40, 20, true)), 200, "resp_1", TokenUsage.NONE);
        assertEquals(List.of(), desk.looks(new BackgroundUsage.Found.NotYet()));
        List<RequestRecord> settled = desk.looks(new BackgroundUsage.Found.Ended(TokenUsage.told(1, 0, 1, 0), ""));
        assertEquals(1, settled.size());
        assertEquals(OptionalLong.of(2 * DOLLAR), settled.getFirst().cost);
        assertEquals(List.of(), desk.looks(new BackgroundUsage.Found.Ended(TokenUsage.told(1, 0, 1, 0), "")));
        assertEquals(2, spent());
        assertEquals(0, reserved());
    }

    @Test
    void manyAtOncePassABudgetByNoMoreThanOneOfThem() {
        int admitted = 0;
        for (int i = 0; i < 30; i++) {
            admitted += desk.asks(Desk.body(40, 20, false)) instanceof Admission.Outcome.Admitted ? 1 : 0;
        }
        assertEquals(4, admitted, "a hundred dollars are more than three times thirty");
    }

    @Test
    void aSpentBudgetIsFinalAndOneThatIsOnlyReservedIsNot() {
        for (int i = 0; i < 3; i++) {
            desk.admitted(Desk.body(40, 20, false));
        }
        Ticket last = desk.admitted(Desk.body(40, 20, false));
        assertTrue(!refusal(desk.asks(Desk.body(40, 20, false))).error().isFinal());
        desk.ends(last, 200, "resp_1", TokenUsage.told(100, 0, 0, 0));
        assertTrue(refusal(desk.asks(Desk.body(40, 20, false))).error().isFinal());
    }

    private static Admission.Outcome.Refused refusal(Admission.Outcome outcome) {
        return assertInstanceOf(Admission.Outcome.Refused.class, outcome);
    }

    @Test
    void whatWasSpentAndWhatIsPendingOutlivesTheProcess() throws IOException {
        desk.ends(desk.admitted(Desk.body(40, 20, false)), 200, "resp_1", TokenUsage.told(3, 0, 4, 0));
        desk.ends(desk.admitted(Desk.body(40, 20, true)), 200, "resp_2", TokenUsage.NONE);
        for (int i = 0; i < 3; i++) {
            desk = desk.restarted();
            assertEquals(7, spent());
            assertEquals(30, reserved());
        }
        assertEquals(2, desk.reads("GET /v1/responses/{id}", "resp_2", TokenUsage.told(1, 0, 1, 0)).usage.total());
        desk = desk.restarted();
        assertEquals(9, spent());
        assertEquals(0, reserved());
    }

    @Test
    void halfALineOfAKilledProcessDoesNoHarm() throws IOException {
        desk.ends(desk.admitted(Desk.body(40, 20, false)), 200, "resp_1", TokenUsage.told(3, 0, 4, 0));
        desk.close();
        Files.writeString(folder.resolve("spending"), "sum\tCLIENT\tte", StandardOpenOption.APPEND);
        desk = desk.restarted();
        assertEquals(7, spent());
    }

    /** The file as a killed process leaves it, cut at any byte behind its head: each line counts as a whole, or not at all. */
    @Test
    void whereverAKilledProcessWasCutOffItsSumsAreThoseOfAnEarlierMoment() throws IOException {
        Path file = folder.resolve("spending");
        for (int i = 0; i < 5; i++) {
            desk.ends(desk.admitted(Desk.body(40, 5, false)), 200, "resp_" + i, TokenUsage.told(5, 0, 5, 0));
            desk.ends(desk.admitted(Desk.body(8, 3, true)), 200, "resp_bg" + i, TokenUsage.NONE);
            // Each round ends with what was written for it.
            while (!Files.readString(file).contains("\tresp_bg" + i + "\t")) {
                Thread.onSpinWait();
            }
        }
        byte[] whole = Files.readAllBytes(file);
        int head = new String(whole, StandardCharsets.UTF_8).indexOf('\n') + 1;
        long before = 0;
        for (int cut = head; cut <= whole.length; cut += cut + 23 > whole.length && cut < whole.length ? whole.length - cut : 23) {
            Path left = Files.write(folder.resolve("cut-" + cut), Arrays.copyOf(whole, cut));
            Desk killed = new Desk(left, new Quota.Budget(100, 1000));
            long spent = killed.sums().dayNanoDollars();
            assertTrue(spent >= before && spent <= 50 * DOLLAR && spent % (10 * DOLLAR) == 0, cut + " bytes: " + spent);
            before = spent;
            killed = killed.restarted();
            assertEquals(spent, killed.sums().dayNanoDollars(), "what comes behind a half line is read");
            killed.ends(killed.admitted(Desk.body(40, 5, false)), 200, "resp_more", TokenUsage.told(1, 0, 0, 0));
            killed = killed.restarted();
            assertEquals(spent + DOLLAR, killed.sums().dayNanoDollars());
            killed.close();
        }
        assertEquals(50 * DOLLAR, before);
    }
}
