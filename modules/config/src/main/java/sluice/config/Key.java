package sluice.config;

/**
 * One key of the configuration file.
 *
 * @param path from the root, dots between tables, {@code []} behind a list: {@code accounts[].base-url}
 * @param type what may stand there
 * @param fallback the value where nothing does, as it would be written; empty where that is "nothing"
 * @param required whether something must
 * @param restart whether a change needs a restart
 * @param meaning one or two sentences for the manual
 */
record Key(String path, ValueType type, String fallback, boolean required, boolean restart, String meaning) {
    /** The last name of the path. */
    String name() {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    /** Whether it belongs to an element of a list, and so has no environment variable. */
    boolean inList() {
        return path.contains("[]");
    }

    /** Whether an environment variable can give it. */
    boolean inEnvironment() {
        return !inList() && (type.scalar() || type.shape() == ValueType.Shape.TEXTS);
    }

    /** {@code SLUICE_SERVER_PORT} for {@code server.port}. */
    String variable() {
        return variableOf(path);
    }

    /** The variable of any path. */
    static String variableOf(String path) {
        return "SLUICE_" + path.replace('.', '_').replace('-', '_').toUpperCase(java.util.Locale.ROOT);
    }
}
