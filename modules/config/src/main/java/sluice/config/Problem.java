package sluice.config;

/**
 * Something wrong with a configuration.
 *
 * @param error whether the configuration cannot be used; otherwise a warning
 * @param source the file's name, or {@code environment}
 * @param path the key, such as {@code accounts[1].base-url}; empty for the file as a whole
 * @param line where in the file, from 1; 0 if that is not known
 * @param message the rule, the value, and what to do
 */
public record Problem(boolean error, String source, String path, int line, String message) {
    /** As people read it: {@code sluice.yaml: accounts[1].base-url: must … (line 12)}. */
    @Override
    public String toString() {
        return source + ": " + (path.isEmpty() ? "" : path + ": ") + message + (line > 0 ? " (line " + line + ")" : "");
    }
}
