package sluice.server;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.logging.ConsoleHandler;
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
    /** A trace tells who called whom; what is longer tells the same again. */
    private static final int MOST_TRACE_CHARS = 8000;

    private static volatile boolean json;

    private ProcessLog() {
    }

    /** Sets up logging; Helidon speaks only of what is wrong, and leaves the ports to {@link Listeners}. */
    static void install(LogSettings settings) {
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

    /** From now on lines have this form, and those below this level are left out. */
    static void apply(LogSettings settings) {
        json = settings.requests() == LogSettings.Form.JSON;
        Logger.getLogger("").setLevel(switch (settings.level()) {
            case ERROR -> Level.SEVERE;
            case WARNING -> Level.WARNING;
            case INFO -> Level.INFO;
            case DEBUG -> Level.FINE;
        });
        boolean debug = settings.level() == LogSettings.Level.DEBUG;
        QUIET.get(0).setLevel(debug ? Level.INFO : Level.WARNING);
        QUIET.get(1).setLevel(debug ? Level.INFO : Level.OFF);
    }

    /** A line that is said whatever the level is: about the start, reloads and the end. */
    static String line(long epochMillis, String text) {
        return json ? json(epochMillis, text.startsWith("warning: ") ? "warning" : "info", text, "")
                : Instant.ofEpochMilli(epochMillis) + (text.startsWith("warning: ") ? " WARNING " + text.substring(9) : " INFO " + text);
    }

    @Override
    public String format(LogRecord line) {
        String trace = trace(line);
        if (json) {
            String level = line.getLevel() == Level.SEVERE ? "error" : line.getLevel() == Level.FINE ? "debug"
                    : line.getLevel().getName().toLowerCase(Locale.ROOT);
            return json(line.getMillis(), level, formatMessage(line), trace) + "\n";
        }
        return Instant.ofEpochMilli(line.getMillis()) + " " + line.getLevel().getName() + " " + formatMessage(line)
                + System.lineSeparator() + trace;
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
