package sluice.clients;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The file of requests under way of this process, and those that killed processes have left: beside the file of sums, with a number at
 * the end of the name, for while a restart hands over there are two processes. Where none can be had, requests are served all the
 * same, and a kill costs what the file of sums does not have yet. For the writer, but for what {@link UnderWayFile} says.
 */
final class UnderWayFiles implements AutoCloseable {
    /** Processes at a time; a restart has two. */
    private static final int MOST = 16;

    /**
     * What a killed process left of one request.
     *
     * @param writer the process
     */
    record Orphan(String writer, UnderWaySlot.Left left) { }

    private final Path sums;
    /** Files that this process has, and whose requests are not kept elsewhere yet. */
    private final List<UnderWayFile> found = new ArrayList<>();
    private volatile List<UnderWayFile> own = List.of();
    private volatile boolean shared;

    private UnderWayFiles(Path sums) {
        this.sums = sums;
    }

    /** Takes all files that no running process has. */
    static UnderWayFiles open(Path sums) {
        UnderWayFiles all = new UnderWayFiles(sums);
        try {
            Path folder = sums.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            all.look();
        } catch (IOException e) {
            all.tell(e);
        }
        return all;
    }

    private void look() throws IOException {
        boolean others = false;
        for (int i = 0; i < MOST; i++) {
            Path file = sums.resolveSibling(sums.getFileName() + "." + i);
            boolean wanted = found.isEmpty() && own.isEmpty() || Files.exists(file);
            if (wanted && Stream.concat(own.stream(), found.stream()).noneMatch(mine -> mine.file().equals(file))) {
                Optional<UnderWayFile> free = UnderWayFile.open(file);
                free.ifPresent(found::add);
                others |= free.isEmpty();
            }
        }
        shared = others;
    }

    /** Whether another process has the same sums. */
    boolean shared() {
        return shared;
    }

    /** Looks again, where there was another process: it may have ended, or been killed. */
    void lookAgain() {
        try {
            look();
        } catch (IOException e) {
            tell(e);
        }
    }

    private void tell(IOException e) {
        System.getLogger("sluice.clients").log(System.Logger.Level.WARNING,
                "requests under way cannot be written down, so that a kill would forget what they cost: " + e);
    }

    /** What killed processes have left, of each in order: work begins before it is settled. */
    List<Orphan> orphans() {
        return found.stream().flatMap(file -> file.left().stream().sorted(Comparator.comparingLong(UnderWaySlot.Left::ticket))
                .map(left -> new Orphan(file.former(), left))).toList();
    }

    /** All that was left is kept elsewhere. */
    void begin() {
        try {
            if (own.isEmpty() && !found.isEmpty()) {
                UnderWayFile first = found.removeFirst();
                first.begin();
                own = List.of(first);
            }
            while (!found.isEmpty()) {
                try (UnderWayFile gone = found.removeFirst()) {
                    gone.clear();
                }
            }
        } catch (IOException e) {
            tell(e);
        }
    }

    /** The file of this process; empty if there is none. */
    List<UnderWayFile> own() {
        return own;
    }

    @Override
    public void close() {
        List<UnderWayFile> all = new ArrayList<>(own);
        all.addAll(found);
        for (UnderWayFile file : all) {
            try {
                file.close();
            } catch (IOException e) {
                tell(e);
            }
        }
    }
}
