package sluice.config;

/**
 * A value that was read.
 *
 * @param key its key
 * @param object what it means
 * @param shown what may be shown of what was written
 * @param origin who gave it
 * @param line where in the file; 0 if it is not from there
 */
record Value(Key key, Object object, YamlNode shown, Origin origin, int line) {
    /** Who gave a value. */
    enum Origin { DEFAULT, FILE, ENVIRONMENT }
}
