package sluice.clients;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import sluice.files.OneWriter;
import sluice.files.SharedLines;
import sluice.files.WritingThread;
import sluice.records.RequestRecord;

/**
 * What was spent, in a file that outlives the process. Within a twentieth of a second one thread appends what has changed, in a line
 * that counts as a whole or not at all. What a killed process had not appended yet stands in its {@link UnderWayFile}, and the next
 * process finds it there: so nothing is forgotten, and nothing is charged twice. Two processes may write while a restart hands over;
 * each adds to what the other has written, and reads it. Names and ids only, no texts of clients. Thread-safe.
 */
public final class SpendingFile implements SpendingStore, AutoCloseable {
    private static final String HEAD = "sluice spending 1";
    private static final long GATHER_NANOS = 50_000_000;
    /** Requests of one line, which is far shorter then than lines may be; others follow in the next one. */
    private static final int MOST_OF_A_LINE = 1024;
    /** Processes whose last requests are remembered: as many as may have left a file. */
    private static final int MOST_WRITERS = 32;

    private final Path file;
    private final Allowances allowances;
    private final OneWriter one;
    private final ConcurrentLinkedQueue<SpendingBatch.Ended> ended = new ConcurrentLinkedQueue<>();
    private final WritingThread writer;
    private volatile boolean changed;

    // Confined to the writer after the start.

    private final KeptSums kept;
    /** Work that is written as pending, by its key. */
    private final Map<String, Pending> waiting = new LinkedHashMap<>();
    /** By process: the requests of its last line, which may still be in its file. */
    private final Map<String, List<SpendingLine.Ended>> last = new LinkedHashMap<>();
    private final UnderWayFiles underWay;
    private Consumer<SpendingLine.Transaction> others = transaction -> { };
    private Function<UnderWaySlot.Left, SpendingChange> adopting = left -> SpendingChange.NONE;
    private final SharedLines lines;
    private boolean anew;
    private boolean failing;

    /** Finds the sums elsewhere. */
    @FunctionalInterface
    public interface Otherwise {
        /** Charges what was spent. */
        void restore() throws IOException;
    }

    /** Keeps the sums of {@code allowances} in {@code file}; {@link #restore} comes first. */
    public SpendingFile(Path file, Allowances allowances) {
        this.file = file;
        this.allowances = allowances;
        one = new OneWriter(file);
        lines = new SharedLines(file, HEAD);
        kept = new KeptSums(allowances);
        underWay = UnderWayFiles.open(file);
        writer = new WritingThread("sluice-spending", this::run);
    }

    /**
     * Gives what a former process kept to {@code recovery}, and begins to write.
     *
     * @param lost is told of each request that a killed process had under way: it is charged by its estimate
     * @param otherwise finds the sums elsewhere, if no process has kept any
     * @throws IOException if the file is there and cannot be read
     */
    public void restore(SpendingRecovery recovery, Consumer<RequestRecord> lost, Otherwise otherwise) throws IOException {
        // A machine that fails may leave an empty one: it does not tell that nothing was spent.
        boolean found = Files.exists(file) && Files.size(file) > 0;
        if (found) {
            readNew();
        } else {
            otherwise.restore();
        }
        waiting.values().forEach(recovery::restore);
        others = recovery::others;
        adopting = left -> recovery.orphan(left, found, lost);
        adopt();
        writer.start();
    }

    /** Takes over what killed processes had under way, and writes that down before their files are cleared. */
    private void adopt() {
        for (UnderWayFiles.Orphan orphan : underWay.orphans()) {
            SpendingLine.Ended request = new SpendingLine.Ended(orphan.writer(), orphan.left().ticket());
            if (!last.getOrDefault(orphan.writer(), List.of()).contains(request)) {
                SpendingChange change = adopting.apply(orphan.left());
                if (change != SpendingChange.NONE) {
                    ended.add(new SpendingBatch.Ended(FreeSlots.NONE, request, change));
                }
            }
        }
        anew = true;
        if (write()) {
            underWay.begin();
        }
    }

    /** While a restart hands over: reads what the other process has spent, and sees when it is gone. */
    private void watch() {
        try {
            one.hold(this::readNew);
        } catch (IOException e) {
            tell(e);
        }
        underWay.lookAgain();
        if (!underWay.orphans().isEmpty() || !underWay.shared()) {
            adopt();
        }
    }

    @Override
    public UnderWay admitted(RequestRecord record, Reservation reservation, Allowances all) {
        for (UnderWayFile own : underWay.own()) {
            int slot = own.take();
            if (slot != FreeSlots.NONE) {
                long ticket = own.ticket();
                UnderWaySlot.admitted(own.slots(slot), UnderWayFile.at(slot), ticket, record, reservation, all);
                return new InSlot(own, slot, ticket);
            }
        }
        return UnderWay.UNKNOWN;
    }

    /** A request that has a slot. */
    private final class InSlot implements UnderWay {
        private final UnderWayFile own;
        private final int slot;
        private final long ticket;

        InSlot(UnderWayFile own, int slot, long ticket) {
            this.own = own;
            this.slot = slot;
            this.ticket = ticket;
        }

        @Override
        public void sent(RequestRecord record) {
            UnderWaySlot.sent(own.slots(slot), UnderWayFile.at(slot), ticket, allowances.of(Allowance.Kind.ACCOUNT, record.account),
                    Books.modelOf(record));
        }

        @Override
        public boolean ended(SpendingChange change) {
            if (change == SpendingChange.NONE) {
                own.give(slot);
                return true;
            }
            UnderWaySlot.ended(own.slots(slot), UnderWayFile.at(slot), ticket, change);
            add(new SpendingBatch.Ended(slot, new SpendingLine.Ended(own.writer(), ticket), change));
            return true;
        }
    }

    @Override
    public void changed(SpendingChange change) {
        for (UnderWayFile own : underWay.own()) {
            int slot = own.take();
            if (slot != FreeSlots.NONE) {
                UnderWaySlot.payers(own.slots(slot), UnderWayFile.at(slot), payers(change));
                new InSlot(own, slot, own.ticket()).ended(change);
                return;
            }
        }
        add(new SpendingBatch.Ended(FreeSlots.NONE, SpendingBatch.NO_REQUEST, change));
    }

    private static List<Allowance> payers(SpendingChange change) {
        return switch (change) {
            case SpendingChange.Charged charged -> charged.who();
            case SpendingChange.Settled settled -> settled.charge().who();
            case SpendingChange.Nothing nothing -> List.of();
            case SpendingChange.Began began -> List.of();
        };
    }

    private void add(SpendingBatch.Ended one) {
        ended.add(one);
        if (!changed) {
            changed = true;
            writer.wake();
        }
    }

    private void run() {
        while (!writer.isClosing()) {
            if (underWay.shared()) {
                writer.sleep(GATHER_NANOS);
                watch();
            } else if (!changed) {
                writer.sleep();
                continue;
            }
            writer.sleep(GATHER_NANOS);
            if (!write() && !writer.isClosing()) {
                writer.sleep(20 * GATHER_NANOS);
            }
        }
        anew = true;
        write();
        underWay.close();
    }

    /** Writes what has changed; false if it cannot be written now. */
    private boolean write() {
        SpendingBatch batch;
        do {
            batch = next();
            write(batch);
        } while (batch.all().size() == MOST_OF_A_LINE);
        return !failing;
    }

    private SpendingBatch next() {
        changed = false;
        SpendingBatch batch = new SpendingBatch();
        for (SpendingBatch.Ended one = ended.poll(); one != null; one = ended.poll()) {
            batch.add(one);
            if (batch.all().size() == MOST_OF_A_LINE) {
                break;
            }
        }
        return batch;
    }

    private void write(SpendingBatch batch) {
        if (batch.all().isEmpty() && !failing && !anew && !lines.wantsRewriting()) {
            return;
        }
        try {
            if (file.toAbsolutePath().getParent() != null) {
                Files.createDirectories(file.toAbsolutePath().getParent());
            }
            one.hold(() -> kept(batch));
            failing = false;
        } catch (IOException | RuntimeException e) {
            // Whatever has become of the file, what is spent from now on must be kept as soon as it can be.
            tell(e);
        }
        if (!batch.isApplied()) {
            apply(batch);
        }
        batch.all().stream().filter(one -> one.slot() != FreeSlots.NONE).forEach(one -> underWay.own().getFirst().give(one.slot()));
    }

    private void kept(SpendingBatch batch) throws IOException {
        readNew();
        apply(batch);
        if (failing || anew || lines.wantsRewriting()) {
            rewrite();
        } else {
            append(batch);
        }
    }

    private void apply(SpendingBatch batch) {
        batch.applied();
        batch.charges().forEach((allowance, days) -> days.forEach((day, nanoDollars) -> kept.spent(allowance, day, nanoDollars)));
        for (SpendingBatch.Ended one : batch.all()) {
            switch (one.change()) {
                case SpendingChange.Began(Pending work) -> waiting.put(SpendingLine.key(work), work);
                case SpendingChange.Settled(Pending work, SpendingChange.Charged charged) -> waiting.remove(SpendingLine.key(work));
                case SpendingChange.Nothing nothing -> { }
                case SpendingChange.Charged charged -> { }
            }
        }
        remember(writerId(), batch.requests());
    }

    /** A process frees the slots of one line before it writes the next; what another one settles for it comes on top. */
    private void remember(String by, List<SpendingLine.Ended> requests) {
        if (requests.stream().anyMatch(request -> request.writer().equals(by))) {
            last.remove(by);
        }
        for (SpendingLine.Ended request : requests) {
            last.computeIfAbsent(request.writer(), any -> new ArrayList<>()).add(request);
        }
        if (last.size() > MOST_WRITERS) {
            last.remove(last.keySet().iterator().next());
        }
    }

    private void append(SpendingBatch batch) throws IOException {
        lines.append(SpendingLine.transaction(writerId(), batch.requests(), batch.charges(), batch.pending()));
    }

    private String writerId() {
        return underWay.own().isEmpty() ? "-" : underWay.own().getFirst().writer();
    }

    private void rewrite() throws IOException {
        List<String> all = new ArrayList<>();
        kept.lines(all::add);
        waiting.values().forEach(work -> all.add(SpendingLine.of(work)));
        last.forEach((who, requests) -> all.add(SpendingLine.transaction(who, requests, Map.of(), List.of())));
        lines.rewrite(all);
        anew = false;
    }

    /** Reads what others have written since this process read or wrote last. */
    private void readNew() throws IOException {
        if (!lines.haveNew()) {
            return;
        }
        Set<String> before = lines.isUnread() ? new HashSet<>(waiting.keySet()) : Set.of();
        lines.readNew(line -> read(line, before));
        before.forEach(key -> others.accept(new SpendingLine.Transaction("", List.of(), List.of(), List.of(), List.of(key))));
        waiting.keySet().removeAll(before);
    }

    /** Of the work in {@code gone} that is not told again another process knows that it is done. */
    private void read(String line, Set<String> gone) {
        String[] parts = line.split("\t", -1);
        try {
            switch (parts[0]) {
                case "sum" -> SpendingLine.restore(parts, kept);
                case "pending" -> {
                    Pending work = SpendingLine.pending(line);
                    gone.remove(SpendingLine.key(work));
                    if (waiting.putIfAbsent(SpendingLine.key(work), work) == null) {
                        others.accept(new SpendingLine.Transaction("", List.of(), List.of(), List.of(work), List.of()));
                    }
                }
                case "done" -> waiting.remove(parts[1] + '\t' + parts[2]);
                case "tx" -> read(SpendingLine.transaction(parts));
                default -> { } // the head, or of a later version
            }
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            // Half a line: the process was killed while it wrote.
        }
    }

    private void read(SpendingLine.Transaction transaction) {
        transaction.charges().forEach(one -> kept.others(one.kind(), one.name(), one.day(), one.nanoDollars()));
        transaction.began().forEach(work -> waiting.put(SpendingLine.key(work), work));
        transaction.done().forEach(waiting::remove);
        remember(transaction.writer(), transaction.ended());
        others.accept(transaction);
    }

    private void tell(Exception e) {
        if (!failing) {
            System.getLogger("sluice.clients").log(System.Logger.Level.ERROR, "what budgets have spent cannot be kept: " + e);
        }
        failing = true;
        changed = true;
    }

    /** Writes what has changed, and ends. */
    @Override
    public void close() {
        writer.close();
    }
}
