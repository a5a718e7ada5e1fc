package sluice.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import sluice.config.Change;
import sluice.config.ConfigurationLoader;
import sluice.config.LoadResult;
import sluice.config.Problem;
import sluice.config.ServerSettings;

/**
 * Reads the configuration again when it is asked to, or when a file behind it has changed: the configuration itself, the
 * secrets that it refers to, and the certificates of the ports. It is applied as a whole or not at all. For one
 * thread, except {@link #interval} and {@link #close}.
 */
final class Reloader implements AutoCloseable {
    private final Path file;
    private final ConfigurationLoader loader;
    private final GatewayProcess gateway;
    private final Consumer<String> say;
    /** Warnings that were said and still hold. */
    private Set<String> warned;
    private volatile LoadResult.Loaded inForce;
    private boolean closed;
    private Map<Path, String> applied;
    private Map<Path, String> lastSeen;

    /**
     * A reloader for a gateway that runs under {@code first}.
     *
     * @param say told what happened, in lines for people; what was refused begins with {@code error:}
     */
    Reloader(Path file, ConfigurationLoader loader, LoadResult.Loaded first, GatewayProcess gateway, Consumer<String> say) {
        this.file = file;
        this.loader = loader;
        this.gateway = gateway;
        this.say = say;
        inForce = first;
        warned = first.problems().stream().map(Problem::toString).collect(Collectors.toSet());
        gateway.describe(first.effective().render());
        lastSeen = look();
        // What changed since it was read is not what is in force.
        boolean isFirst = loader.load(file) instanceof LoadResult.Loaded now && first.effective().changesTo(now.effective()).isEmpty();
        applied = isFirst ? lastSeen : Map.of();
    }

    /** How often {@link #poll} wants to be called; zero: never. */
    Duration interval() {
        return inForce.configuration().server().reload();
    }

    /** Reloads if a file has changed, and has stayed as it is since the last look: editors write in several steps. */
    void poll() {
        Map<Path, String> seen = look();
        boolean settled = seen.equals(lastSeen);
        lastSeen = seen;
        if (settled && !seen.equals(applied)) {
            reload();
        }
    }

    /**
     * Applies the file as a whole, or leaves everything as it is.
     *
     * @return whether it was applied
     */
    boolean reload() {
        boolean done = applied();
        gateway.reloadRefused(!done);
        return done;
    }

    private boolean applied() {
        Reading reading = read();
        applied = reading.marks();
        LoadResult result = reading.result();
        tell(result.problems());
        StartCheck.modules(result).forEach(problem -> say.accept("error: " + file.getFileName() + ": " + problem));
        if (!(result instanceof LoadResult.Loaded next)) {
            say.accept("error: reload: " + file + " has errors; the former configuration stays in force");
            return false;
        }
        List<String> problems = StartCheck.problems(next.configuration());
        problems.forEach(problem -> say.accept("error: " + file.getFileName() + ": " + problem));
        if (!problems.isEmpty()) {
            say.accept("error: reload: a gateway could not start with " + file + "; the former configuration stays in force");
            return false;
        }
        try {
            if (!applied(next)) {
                return false;
            }
        } catch (IOException e) {
            say.accept("error: " + file.getFileName() + ": " + e.getMessage());
            say.accept("error: reload: a file behind " + file + " cannot be used; the former configuration stays in force");
            return false;
        }
        for (Change change : inForce.effective().changesTo(next.effective())) {
            say.accept("reload: " + change);
        }
        inForce = next;
        gateway.describe(next.effective().render());
        say.accept("reload: done");
        return true;
    }

    /** What was read, and how its files were marked before that: a change that comes while they are read is seen later. */
    private record Reading(LoadResult result, Map<Path, String> marks) { }

    private Reading read() {
        Map<Path, String> known = look();
        Map<Path, String> marks = known;
        LoadResult result = loader.load(file);
        while (result instanceof LoadResult.Loaded next && !marks.keySet().containsAll(filesOf(next))) {
            // It refers to files that were not marked.
            marks = marksOf(filesOf(next));
            result = loader.load(file);
        }
        if (!(result instanceof LoadResult.Loaded next)) {
            return new Reading(result, known);
        }
        Map<Path, String> its = new TreeMap<>(marks);
        its.keySet().retainAll(filesOf(next));
        return new Reading(result, its);
    }

    /** Errors, and the warnings that were not said before. */
    private void tell(List<Problem> problems) {
        List<String> warnings = problems.stream().filter(problem -> !problem.error()).map(Problem::toString).toList();
        problems.stream().filter(Problem::error).forEach(problem -> say.accept("error: " + problem));
        warnings.stream().filter(warning -> !warned.contains(warning)).forEach(warning -> say.accept("warning: " + warning));
        warned = Set.copyOf(warnings);
    }

    private synchronized boolean applied(LoadResult.Loaded next) throws IOException {
        if (!closed) {
            gateway.apply(next.configuration());
        }
        return !closed;
    }

    /** Applies nothing more. */
    @Override
    public synchronized void close() {
        closed = true;
    }

    /** The files behind what is in force, each with what tells one content from another without reading it. */
    private Map<Path, String> look() {
        return marksOf(filesOf(inForce));
    }

    private Set<Path> filesOf(LoadResult.Loaded loaded) {
        Set<Path> files = new TreeSet<>(loaded.files());
        files.add(file);
        ServerSettings server = loaded.configuration().server();
        server.tls().map(Reloader::files).ifPresent(files::addAll);
        server.admin().tls().map(Reloader::files).ifPresent(files::addAll);
        return files;
    }

    private static Map<Path, String> marksOf(Set<Path> files) {
        Map<Path, String> marks = new TreeMap<>();
        for (Path path : files) {
            marks.put(path, mark(path));
        }
        return marks;
    }

    private static Set<Path> files(ServerSettings.Tls tls) {
        Set<Path> files = new TreeSet<>(Set.of(tls.cert(), tls.key()));
        tls.clientCa().ifPresent(files::add);
        return files;
    }

    private static String mark(Path path) {
        try {
            BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
            return now.lastModifiedTime().toInstant() + " " + now.size() + " " + now.fileKey();
        } catch (IOException e) {
            return "";
        }
    }
}
