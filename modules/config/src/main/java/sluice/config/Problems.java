package sluice.config;

import java.util.ArrayList;
import java.util.List;

/** All problems of one configuration, in the order in which they were found. Confined to one thread. */
final class Problems {
    static final String ENVIRONMENT = "environment";

    private final String file;
    private final List<Problem> found = new ArrayList<>();

    Problems(String file) {
        this.file = file;
    }

    void error(String path, int line, String message) {
        found.add(new Problem(true, file, path, line, message));
    }

    void warning(String path, int line, String message) {
        found.add(new Problem(false, file, path, line, message));
    }

    void environmentError(String variable, String message) {
        found.add(new Problem(true, ENVIRONMENT, variable, 0, message));
    }

    void environmentWarning(String variable, String message) {
        found.add(new Problem(false, ENVIRONMENT, variable, 0, message));
    }

    boolean hasErrors() {
        return found.stream().anyMatch(Problem::error);
    }

    List<Problem> all() {
        return List.copyOf(found);
    }
}
