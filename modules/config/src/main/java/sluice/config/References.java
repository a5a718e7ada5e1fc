package sluice.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Puts environment variables and files in the place of {@code ${env:NAME}} and {@code ${file:/path}}. Two dollars before a brace stand
 * for one that begins no reference. Confined to one thread.
 */
final class References {
    /** A secret, not a data set. */
    private static final long MAX_FILE_BYTES = 64 * 1024;

    private final Map<String, String> environment;
    private final Path folder;
    private final Set<String> variables = new HashSet<>();
    private final Set<Path> files = new HashSet<>();

    References(Map<String, String> environment, Path folder) {
        this.environment = environment;
        this.folder = folder;
    }

    /** Whether a text holds a reference. */
    static boolean in(String text) {
        int at = text.indexOf("${");
        while (at > 0 && text.charAt(at - 1) == '$') {
            at = text.indexOf("${", at + 2);
        }
        return at >= 0;
    }

    /** The variables that were referred to. */
    Set<String> variables() {
        return variables;
    }

    /** The files that were referred to. */
    Set<Path> files() {
        return files;
    }

    /** The text with all references replaced. */
    String expand(String text) throws BadValue {
        if (text.indexOf("${") < 0) {
            return text;
        }
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (true) {
            int open = text.indexOf("${", at);
            if (open < 0) {
                return out.append(text, at, text.length()).toString();
            }
            if (open > 0 && text.charAt(open - 1) == '$') {
                out.append(text, at, open - 1).append("${");
                at = open + 2;
                continue;
            }
            int close = text.indexOf('}', open);
            if (close < 0) {
                throw new BadValue("has a ${ without }; write $${ for a literal one");
            }
            out.append(text, at, open).append(resolve(text.substring(open + 2, close)));
            at = close + 1;
        }
    }

    private String resolve(String reference) throws BadValue {
        if (reference.startsWith("env:")) {
            String name = reference.substring("env:".length());
            variables.add(name);
            String value = environment.get(name);
            if (value == null) {
                throw new BadValue("refers to the environment variable " + name + ", which is not set");
            }
            return value;
        }
        if (reference.startsWith("file:")) {
            return content(reference.substring("file:".length()));
        }
        throw new BadValue("has an unknown reference ${" + reference + "}; there are ${env:NAME} and ${file:/path}, and "
                + "$${ for a literal ${");
    }

    private String content(String name) throws BadValue {
        Path file = folder.resolve(name);
        files.add(file);
        try {
            Optional<String> refused = InputFile.refused(file, MAX_FILE_BYTES);
            if (refused.isPresent()) {
                throw new BadValue("refers to the file " + name + ", which " + refused.get());
            }
            String text = Files.readString(file, StandardCharsets.UTF_8);
            return text.endsWith("\r\n") ? text.substring(0, text.length() - 2)
                    : text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        } catch (IOException e) {
            throw new BadValue("refers to the file " + name + ", which cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }
}
