package sluice.config;

import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * What is logged: the keys below {@code log:}.
 *
 * @param requests form of the line for each request
 * @param level least level of all other lines
 */
public record LogSettings(Form requests, Level level) {
    /** What holds where nothing is said. */
    static final LogSettings USUAL = by(key -> Keys.ALL.get("log." + key).fallback());

    /** The settings that {@code word} gives, by key. */
    static LogSettings by(UnaryOperator<String> word) {
        return new LogSettings(Form.valueOf(word.apply("requests").toUpperCase(Locale.ROOT)),
                Level.valueOf(word.apply("level").toUpperCase(Locale.ROOT)));
    }

    /** Form of the line for each request. */
    public enum Form { TEXT, JSON, OFF }

    /** Least level of lines that are not about one request. */
    public enum Level { ERROR, WARNING, INFO, DEBUG }
}
