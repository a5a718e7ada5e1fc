package sluice.config;

/**
 * What is logged: the keys below {@code log:}.
 *
 * @param requests form of the line for each request
 * @param level least level of all other lines
 */
public record LogSettings(Form requests, Level level) {
    /** Form of the line for each request. */
    public enum Form { TEXT, JSON, OFF }

    /** Least level of lines that are not about one request. */
    public enum Level { ERROR, WARNING, INFO, DEBUG }
}
