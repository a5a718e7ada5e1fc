package sluice.server;

import java.time.Instant;
import java.util.List;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import sluice.config.LogSettings;
import sluice.records.AccessLog;

/** Lines about the process, one each, on standard error. The lines of requests are {@link AccessLog}'s. Thread-safe. */
final class ProcessLog extends Formatter {
    /** Kept from garbage collection, which would undo their levels. */
    private static final List<Logger> QUIET = List.of(Logger.getLogger("io.helidon"), Logger.getLogger("io.helidon.webserver.LoomServer"));

    private ProcessLog() {
    }

    /** Sets up logging; Helidon speaks only of what is wrong, and leaves the ports to {@link Listeners}. */
    static void install(LogSettings.Level least) {
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        Handler console = new ConsoleHandler();
        console.setLevel(Level.ALL);
        console.setFormatter(new ProcessLog());
        root.addHandler(console);
        root.setLevel(switch (least) {
            case ERROR -> Level.SEVERE;
            case WARNING -> Level.WARNING;
            case INFO -> Level.INFO;
            case DEBUG -> Level.FINE;
        });
        boolean debug = least == LogSettings.Level.DEBUG;
        QUIET.get(0).setLevel(debug ? Level.INFO : Level.WARNING);
        QUIET.get(1).setLevel(debug ? Level.INFO : Level.OFF);
    }

    @Override
    public String format(LogRecord line) {
        StringBuilder text = new StringBuilder(120);
        text.append(Instant.ofEpochMilli(line.getMillis())).append(' ').append(line.getLevel().getName()).append(' ')
                .append(formatMessage(line)).append(System.lineSeparator());
        if (line.getThrown() != null) {
            java.io.StringWriter trace = new java.io.StringWriter();
            line.getThrown().printStackTrace(new java.io.PrintWriter(trace));
            text.append(trace);
        }
        return text.toString();
    }
}
