package sluice.config;

/** A value that its key does not allow. The message says the rule and the value. */
final class BadValue extends Exception {
    private static final long serialVersionUID = 1L;

    BadValue(String message) {
        super(message, null, false, false);
    }
}
