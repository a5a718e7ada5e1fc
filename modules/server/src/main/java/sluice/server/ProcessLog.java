package sluice.server;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.logging.ConsoleHandler;
import java.util.logging.Filter;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import sluice.config.LogSettings;
import sluice.json.JsonStrings;
import sluice.records.AccessLog;

/**
 * Lines about the process, one each, on standard error, in the form of the lines of requests: JSON where those are JSON. The lines of
 * requests are {@link AccessLog}'s. Thread-safe.
 */
final class ProcessLog extends Formatter {
    /** Kept from garbage collection, which would undo their levels. */
    private static final List<Logger> QUIET = List.of(Logger.getLogger("io.helidon"), Logger.getLogger("io.helidon.webserver.LoomServer"));
    private static final Logger OURS = Logger.getLogger("sluice");
    /** Of the admin port: they tell of each body that breaks off, with a trace, and anybody may send one. */
    private static final List<Logger> REQUESTS = List.of(Logger.getLogger("io.helidon.webserver.http1.Http1Connection"),
            Logger.getLogger("io.helidon.webserver.http.DirectHandlers"));
    private static final Duration BETWEEN_FAULTS = Duration.ofMinutes(1);
    /** A trace tells who called whom; what is longer tells the same again. */
    private static final int MOST_TRACE_CHARS = 8000;

    private static volatile boolean json;

    private ProcessLog() {
    }

    /** Sets up logging; Helidon speaks only of what is wrong, and leaves the ports to {@link Listeners}. */
    static void install(LogSettings settings) {
        Filter sparing = oncePer(BETWEEN_FAULTS, System::nanoTime);
        REQUESTS.forEach(logger -> logger.setFilter(sparing));
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        Handler console = new ConsoleHandler();
        console.setLevel(Level.ALL);
        console.setFormatter(new ProcessLog());
        root.addHandler(console);
        apply(settings);
    }

    /** Lets one line pass, and the next one after {@code pause}. */
    static Filter oncePer(Duration pause, LongSupplier nanoClock) {
        AtomicLong next = new AtomicLong(nanoClock.getAsLong());
        return line -> {
            long from = next.get();
            long now = nanoClock.getAsLong();
            return now - from >= 0 && next.compareAndSet(from, now + pause.toNanos());
        };
    }

    /**
     * From now on lines have this form, and those below this level are left out. Only what Sluice itself says has a level of detail: Java's
     * own would be a hundred lines about its certificates.
     */
    static void apply(LogSettings settings) {
        json = settings.requests() == LogSettings.Form.JSON;
        boolean debug = settings.level() == LogSettings.Level.DEBUG;
        Logger.getLogger("").setLevel(switch (settings.level()) {
            case ERROR -> Level.SEVERE;
            case WARNING -> Level.WARNING;
            case INFO, DEBUG -> Level.INFO;
        });
        OURS.setLevel(debug ? Level.FINE : null);
        QUIET.get(0).setLevel(debug ? Level.INFO : Level.WARNING);
        QUIET.get(1).setLevel(debug ? Level.INFO : Level.OFF);
    }

    /**
     * A line that is said whatever the level is: about the start, reloads and the end. Its level is its first word, if that is
     * {@code error:} or {@code warning:}.
     */
    static String line(long epochMillis, String text) {
        String level = text.startsWith("error: ") ? "error" : text.startsWith("warning: ") ? "warning" : "info";
        String message = level.equals("info") ? text : text.substring(level.length() + 2);
        return json ? json(epochMillis, level, message, "") : plain(epochMillis, level, message);
    }

    private static String plain(long epochMillis, String level, String message) {
        return Instant.ofEpochMilli(epochMillis) + " " + level.toUpperCase(Locale.ROOT) + " " + message;
    }

    /** By the names that {@code log.level} has. */
    private static String level(LogRecord line) {
        return line.getLevel() == Level.SEVERE ? "error" : line.getLevel() == Level.FINE ? "debug"
                : line.getLevel().getName().toLowerCase(Locale.ROOT);
    }

    @Override
    public String format(LogRecord line) {
        String trace = trace(line);
        return json ? json(line.getMillis(), level(line), formatMessage(line), trace) + "\n"
                : plain(line.getMillis(), level(line), formatMessage(line)) + System.lineSeparator() + trace;
    }

    private static String json(long epochMillis, String level, String message, String trace) {
        StringBuilder out = new StringBuilder(160).append("{\"time\":\"").append(Instant.ofEpochMilli(epochMillis))
                .append("\",\"level\":\"").append(level).append("\",\"message\":");
        JsonStrings.appendQuoted(out, message);
        if (!trace.isEmpty()) {
            JsonStrings.appendQuoted(out.append(",\"trace\":"), trace);
        }
        return out.append('}').toString();
    }

    private static String trace(LogRecord line) {
        if (line.getThrown() == null) {
            return "";
        }
        StringWriter trace = new StringWriter();
        line.getThrown().printStackTrace(new PrintWriter(trace));
        return trace.getBuffer().substring(0, Math.min(MOST_TRACE_CHARS, trace.getBuffer().length()));
    }
}
