package sluice.config;

import java.util.List;

/**
 * Fits limits to the process: what its heap and its open files have no room for is lowered where it is a default, and told where
 * somebody has set it. Confined to one thread.
 */
final class FittedLimits {
    /** Heap of a request under way, with its connections: 43 KiB were measured for a stream (docs/decisions/0107). */
    private static final long REQUEST_BYTES = 44 * 1024;
    /** Heap of a connection that waits for its next request: 12.4 KiB were measured. */
    private static final long IDLE_CONNECTION_BYTES = 13 * 1024;
    /** Shares of the heap, in percent; a quarter is for bodies, and the rest for the program and for collecting garbage. */
    private static final long REQUESTS_PERCENT = 42;
    private static final long IDLE_CONNECTIONS_PERCENT = 8;

    private final Values values;
    private final Problems problems;

    private FittedLimits(Values values, Problems problems) {
        this.values = values;
        this.problems = problems;
    }

    /** Lowers limits that are too large for a process with so much heap and so many files, and says so. */
    static void fit(Values values, Problems problems, long heapBytes, OpenFiles files) {
        FittedLimits limits = new FittedLimits(values, problems);
        limits.bodies();
        limits.heap(heapBytes);
        limits.files(files);
    }

    private void error(String path, String message) {
        problems.error(path, values.line(path), message);
    }

    private void warning(String path, String message) {
        problems.warning(path, values.line(path), message);
    }

    private void bodies() {
        long body = values.find("limits.body", Long.class).orElse(0L);
        long all = values.find("limits.bodies-in-flight", Long.class).orElse(Long.MAX_VALUE);
        if (body <= all) {
            return;
        }
        Value given = values.value("limits.body").orElseThrow();
        if (given.origin() == Value.Origin.DEFAULT && all >= 1024 * 1024) {
            warning("limits.body", "is lowered to " + Quantities.write(all) + ", the memory for all bodies "
                    + "(`limits.bodies-in-flight`); give Java more memory, say JAVA_OPTS=-Xmx1g");
            lower(given, "limits.body", all);
        } else {
            error("limits.bodies-in-flight", "must be at least `limits.body`, " + Quantities.write(body) + ", not "
                    + Quantities.write(all) + ": no body of that size could ever be taken. Lower `limits.body`, raise this, or "
                    + "give Java more memory, say JAVA_OPTS=-Xmx1g");
        }
    }

    private void lower(Value given, String path, long value) {
        values.put(path, new Value(given.key(), value, new YamlNode.Scalar(Long.toString(value), true, 0), Value.Origin.DEFAULT, 0));
    }

    /** A full heap stops everything, the admin port too; a refused request only itself. */
    private void heap(long heapBytes) {
        long requests = Math.max(1, heapBytes / 100 * REQUESTS_PERCENT / REQUEST_BYTES);
        within("limits.concurrent-requests", requests, true);
        within("limits.connections", requests + heapBytes / 100 * IDLE_CONNECTIONS_PERCENT / IDLE_CONNECTION_BYTES, false);
    }

    /** When no connection can be accepted for want of a file, the port is closed and every stream cut (docs/decisions/0131). */
    private void files(OpenFiles files) {
        long most = files.room();
        for (String path : List.of("limits.concurrent-requests", "limits.connections")) {
            if (values.find(path, Long.class).orElse(0L) > most) {
                warning(path, "is lowered to " + most + ": this process may have " + files.most()
                        + " files open; `ulimit -n`, or LimitNOFILE of systemd, gives it more");
                lower(values.value(path).orElseThrow(), path, most);
            }
        }
    }

    private void within(String path, long most, boolean told) {
        long wanted = values.find(path, Long.class).orElse(0L);
        if (wanted <= most) {
            return;
        }
        Value given = values.value(path).orElseThrow();
        if (given.origin() == Value.Origin.DEFAULT) {
            if (told) {
                warning(path, "is lowered to " + most + ", as many as Java's heap has room for; give it more memory, say "
                        + "JAVA_OPTS=-Xmx2g, or set this key");
            }
            lower(given, path, most);
        } else {
            warning(path, "is more than Java's heap surely has room for, which is " + most
                    + "; a full heap ends the gateway. Give Java more memory by JAVA_OPTS=-Xmx…");
        }
    }
}
