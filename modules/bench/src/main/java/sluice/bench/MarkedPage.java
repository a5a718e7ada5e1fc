package sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A page of documentation in which a program owns what stands between two marks. Stateless. */
final class MarkedPage {
    private MarkedPage() {
    }

    /**
     * Puts {@code part} between the marks of {@code name}, or behind the page if it has none yet; the rest stays.
     *
     * @param command what writes it, for the mark
     */
    static String with(String page, String name, String command, String part) {
        String begin = "<!-- " + name + ": begin;";
        String end = "<!-- " + name + ": end -->";
        String marked = begin + " " + command + " writes what stands between the marks -->\n" + part.strip() + "\n" + end;
        int from = page.indexOf(begin);
        int to = page.indexOf(end);
        if (from < 0 != to < 0 || to < from) {
            throw new IllegalArgumentException("the page has one mark of " + name + " without the other");
        }
        return from < 0 ? page.stripTrailing() + "\n\n" + marked + "\n"
                : page.substring(0, from) + marked + page.substring(to + end.length());
    }

    /** The same with a file, which need not exist. */
    static void write(Path file, String name, String command, String part) throws IOException {
        String page = Files.exists(file) ? Files.readString(file) : "# Benchmarks\n";
        Files.writeString(file, with(page, name, command, part));
    }
}
