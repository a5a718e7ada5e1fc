package sluice.clients;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * What was spent, in a file that outlives the process, also one that is killed: within a twentieth of a second after a change, one
 * thread appends the new sums. Each line tells a whole sum, so that a line twice, or one that is missing, does no harm; a file that
 * has grown is written anew. Names and ids only, no texts of clients. Thread-safe.
 */
public final class SpendingFile implements SpendingStore, AutoCloseable {
    private static final String HEAD = "sluice spending 1";
    private static final long GATHER_NANOS = 50_000_000;
    /** A file of more lines is written anew; sums are few. */
    private static final int REWRITE_LINES = 20_000;

    private final Path file;
    private final Allowances allowances;
    private final LongDay today;
    private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
    private final Thread writer;
    private volatile boolean changed;
    private volatile boolean closing;
    /** Work that is written as pending. Confined to the writer after the start. */
    private final Map<String, String> waiting = new LinkedHashMap<>();
    private int written;
    private boolean failing;

    /** The day that it is. */
    @FunctionalInterface
    public interface LongDay {
        /** Counted from 1970. */
        long get();
    }

    /** Keeps the sums of {@code allowances} in {@code file}; {@link #restore} comes first. */
    public SpendingFile(Path file, Allowances allowances, LongDay today) {
        this.file = file;
        this.allowances = allowances;
        this.today = today;
        writer = Thread.ofPlatform().daemon().name("sluice-spending").unstarted(this::run);
    }

    /**
     * Gives what a former process kept to {@code settlement}, and begins to write; false if there was nothing.
     *
     * @throws IOException if the file is there and cannot be read
     */
    public boolean restore(Settlement settlement) throws IOException {
        boolean found = Files.exists(file);
        if (found) {
            List<String> kept = Files.readAllLines(file, StandardCharsets.UTF_8);
            if (kept.isEmpty() || !kept.getFirst().equals(HEAD)) {
                throw new IOException(file + " is no file of spending");
            }
            kept.subList(1, kept.size()).forEach(this::read);
            waiting.values().forEach(line -> settlement.restore(SpendingLine.pending(line)));
        }
        written = REWRITE_LINES;
        writer.start();
        return found;
    }

    private void read(String line) {
        String[] parts = line.split("\t", -1);
        try {
            switch (parts[0]) {
                case "sum" -> SpendingLine.restore(parts, allowances);
                case "pending" -> waiting.put(SpendingLine.key(SpendingLine.pending(line)), line);
                case "done" -> waiting.remove(parts[1] + '\t' + parts[2]);
                default -> { } // of a later version
            }
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            // Half a line: the process was killed while it wrote.
        }
    }

    @Override
    public void changed() {
        if (!changed) {
            changed = true;
            LockSupport.unpark(writer);
        }
    }

    @Override
    public void added(Pending pending) {
        lines.add(SpendingLine.of(pending));
        changed();
    }

    @Override
    public void done(Pending pending) {
        lines.add("done\t" + SpendingLine.key(pending));
        changed();
    }

    private void run() {
        while (!closing) {
            if (!changed) {
                LockSupport.park(this);
                continue;
            }
            LockSupport.parkNanos(this, GATHER_NANOS);
            write();
        }
        write();
    }

    private void write() {
        changed = false;
        StringBuilder out = new StringBuilder();
        int count = 0;
        for (String line = lines.poll(); line != null; line = lines.poll()) {
            read(line);
            out.append(line).append('\n');
            count++;
        }
        for (Allowance allowance : allowances.all()) {
            if (allowance.takeUnsaved()) {
                out.append(SpendingLine.of(allowance, today.get())).append('\n');
                count++;
            }
        }
        try {
            if (failing || written + count > REWRITE_LINES) {
                rewrite();
            } else if (count > 0) {
                Files.writeString(file, out, StandardCharsets.UTF_8, StandardOpenOption.APPEND);
                written += count;
            }
            failing = false;
        } catch (IOException e) {
            tell(e);
        }
    }

    private void rewrite() throws IOException {
        List<String> all = new ArrayList<>(List.of(HEAD));
        allowances.all().forEach(allowance -> all.add(SpendingLine.of(allowance, today.get())));
        all.addAll(waiting.values());
        if (file.toAbsolutePath().getParent() != null) {
            Files.createDirectories(file.toAbsolutePath().getParent());
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.write(fresh, all, StandardCharsets.UTF_8);
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        written = all.size();
    }

    private void tell(IOException e) {
        if (!failing) {
            System.getLogger("sluice.clients").log(System.Logger.Level.ERROR, "what budgets have spent cannot be kept: " + e);
        }
        failing = true;
        changed = true;
        if (!closing) {
            LockSupport.parkNanos(this, 20 * GATHER_NANOS);
        }
    }

    /** Writes what has changed, and ends. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(writer);
        try {
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
