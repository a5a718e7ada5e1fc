package sluice.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.api.TokenUsage;
import sluice.config.Quota;
import sluice.records.RequestRecord;

/**
 * Random histories of requests, answers without usage, clients that leave, background work, polls, cancellations, restarts and kills, held
 * to a bill that is written beside them: each response once, estimates marked and within their bound, a budget passed by no more
 * than one reservation. {@code -Dsluice.histories=10000} runs more.
 */
class HistoriesTest {
    private static final long DOLLAR = 1_000_000_000L;
    private static final int STEPS = 60;
    private static final int BODY_BYTES = 400;
    private static final int MOST_OUTPUT = 50;
    private static final long RESERVATION = (BODY_BYTES / 4 + MOST_OUTPUT) * DOLLAR;
    private static final double BUDGET = 2000;

    @TempDir
    private Path folder;

    /** One client's life, and what it owes. */
    private static final class History {
        private final Random random;
        private Desk desk;
        private final List<Ticket> open = new ArrayList<>();
        private final Map<String, TokenUsage> background = new LinkedHashMap<>();
        private final List<String> settled = new ArrayList<>();
        private long told;
        private long estimated;
        private int number;
        private final Path home;
        private int kills;

        History(Path file, long seed) throws IOException {
            home = file.getParent();
            random = new Random(seed);
            desk = new Desk(file, new Quota.Budget(0, BUDGET));
        }

        private void step() throws IOException {
            switch (random.nextInt(24)) {
                case 0, 1, 2, 3, 4, 5, 6, 7 -> begin(false);
                case 8, 9 -> begin(true);
                case 10, 11, 12, 13, 14, 15 -> end();
                case 16, 17, 18, 19 -> poll();
                case 20, 21 -> cancel();
                case 22 -> kill();
                default -> restart();
            }
            long most = (long) (BUDGET * DOLLAR) + RESERVATION;
            assertTrue(desk.sums().monthNanoDollars() <= most, "passed by more than one");
        }

        private void begin(boolean inBackground) {
            if (!(desk.asks(Desk.body(BODY_BYTES, MOST_OUTPUT, inBackground)) instanceof Admission.Outcome.Admitted admitted)) {
                return;
            }
            if (inBackground) {
                String id = "resp_bg" + ++number;
                background.put(id, usage());
                assertEquals(TokenUsage.NONE, desk.ends(admitted.ticket(), 200, id, TokenUsage.NONE).usage);
            } else {
                open.add(admitted.ticket());
                if (random.nextBoolean()) {
                    desk.sends(admitted.ticket());
                }
            }
        }

        /** Never more than was reserved, as of an upstream that keeps to {@code max_output_tokens}. */
        private TokenUsage usage() {
            return TokenUsage.told(1 + random.nextInt(BODY_BYTES / 4), 0, random.nextInt(MOST_OUTPUT), 0);
        }

        private void end() {
            if (open.isEmpty()) {
                return;
            }
            Ticket ticket = open.remove(random.nextInt(open.size()));
            switch (random.nextInt(4)) {
                case 0 -> estimated += estimate(desk.ends(ticket, 200, "resp_" + ++number, TokenUsage.NONE));
                case 1 -> estimated += estimate(desk.ends(ticket, 499, "", TokenUsage.NONE));
                case 2 -> assertEquals(0, desk.ends(ticket, 429, "", TokenUsage.NONE).usage.total());
                default -> {
                    TokenUsage real = usage();
                    told += real.total();
                    assertEquals(real, desk.ends(ticket, 200, "resp_" + ++number, real).usage);
                }
            }
        }

        private static long estimate(RequestRecord record) {
            assertTrue(record.usage.estimated());
            assertTrue(record.usage.total() <= BODY_BYTES / 4 + MOST_OUTPUT, "an estimate is no more than was reserved");
            return record.usage.total();
        }

        private void poll() {
            String id = anyBackground();
            boolean ended = random.nextBoolean();
            RequestRecord read = desk.reads("GET /v1/responses/{id}", id, ended ? background.getOrDefault(id, usage()) : TokenUsage.NONE);
            boolean first = ended && background.containsKey(id) && !settled.contains(id);
            assertEquals(first ? background.get(id).total() : 0, read.usage.total());
            if (first) {
                settled.add(id);
                told += read.usage.total();
            }
        }

        private void cancel() {
            String id = anyBackground();
            RequestRecord read = desk.reads("POST /v1/responses/{id}/cancel", id, TokenUsage.NONE);
            if (background.containsKey(id) && !settled.contains(id)) {
                settled.add(id);
                estimated += estimate(read);
            } else {
                assertEquals(0, read.usage.total());
            }
        }

        private String anyBackground() {
            List<String> all = new ArrayList<>(background.keySet());
            return all.isEmpty() ? "resp_of_nobody" : all.get(random.nextInt(all.size()));
        }

        /** Requests under way are cut off before the process ends. */
        private void restart() throws IOException {
            while (!open.isEmpty()) {
                estimated += estimate(desk.ends(open.removeLast(), 499, "", TokenUsage.NONE));
            }
            desk = desk.restarted();
        }

        /** Who was asked to work is paid by an estimate; who waited is not. */
        private void kill() throws IOException {
            long sent = open.stream().filter(ticket -> ticket.record().sentNanos != 0).count();
            open.clear();
            desk = desk.killed(home.resolve("kill-" + ++kills));
            assertEquals(sent, desk.lost().size());
            for (RequestRecord lost : desk.lost()) {
                estimated += estimate(lost);
            }
        }

        private void finish() throws IOException {
            restart();
            for (Map.Entry<String, TokenUsage> work : background.entrySet()) {
                if (!settled.contains(work.getKey())) {
                    desk.reads("GET /v1/responses/{id}", work.getKey(), work.getValue());
                    told += work.getValue().total();
                }
            }
            assertEquals((told + estimated) * DOLLAR, desk.sums().monthNanoDollars());
            assertEquals((told + estimated) * DOLLAR, desk.team().monthNanoDollars());
            assertEquals((told + estimated) * DOLLAR, desk.account().monthNanoDollars());
            assertEquals(0, desk.sums().reservedNanoDollars());
            desk.close();
        }
    }

    @Test
    void whatIsChargedIsWhatTheBillSays() throws IOException {
        for (int seed = 0; seed < Integer.getInteger("sluice.histories", 300); seed++) {
            History history = new History(Files.createDirectories(folder.resolve("h" + seed)).resolve("spending"), seed);
            try {
                for (int i = 0; i < STEPS; i++) {
                    history.step();
                }
                history.finish();
            } catch (AssertionError e) {
                throw new AssertionError("history " + seed + ": " + e.getMessage(), e);
            }
        }
    }
}
