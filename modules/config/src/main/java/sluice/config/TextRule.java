package sluice.config;

import java.time.ZoneId;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What a text must look like, and the words to say so. */
enum TextRule {
    /** Anything but nothing. */
    ANY("must not be empty", "\\S|\\S.*\\S"),
    /** Of a client, an account or an organisation: goes into logs, metrics and ids. */
    NAME("must be 1..64 letters, digits, dots, hyphens or underscores", "[A-Za-z0-9._-]{1,64}"),
    /** Of a service's provider. */
    PROVIDER("must be lower-case letters, digits and hyphens", "[a-z0-9-]{1,64}"),
    /** With a wildcard only at the end. */
    MODEL("must be a model's name; a * may stand only at its end", "[^*\\s]{1,200}\\*?|\\*"),
    /** Without any wildcard. */
    PLAIN_MODEL("must be one model's name, without *", "[^*\\s]{1,200}"),
    /** A path into a request body. */
    MEMBER("must be member names joined by dots, at most four", "[^.\\s]{1,100}(\\.[^.\\s]{1,100}){0,3}"),
    /** Of a web page: scheme, host and port. */
    ORIGIN("must be the origin of a page, such as https://app.example or http://localhost:3000", "https?://[a-z0-9.-]+(:[0-9]{1,5})?"),
    PATH_PREFIX("must be a path such as /sluice, without a slash at its end", "(/[A-Za-z0-9._~-]+)+"),
    AUTH("must be bearer, none or `header NAME`", "bearer|none|header [!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}"),
    /** Of what is passed on, or all or nothing of it. */
    OTHER_PATH("must be a path that begins with /v1/, or true or false",
            "/v1/[A-Za-z0-9._~!$&'()+,=:@%/-]{0,200}\\*?|true|false|on|off|yes|no"),
    SHA256("must be 64 hexadecimal digits, as `sluice key` prints them", "[0-9a-fA-F]{64}"),
    CORRECTION("must be one of drop-item-ids, drop-item-references, drop-encrypted-reasoning",
            "drop-item-ids|drop-item-references|drop-encrypted-reasoning"),
    ZONE("must be a time zone such as UTC or Europe/Berlin", ".+") {
        @Override
        Predicate<String> test() {
            return ZoneId.getAvailableZoneIds()::contains;
        }
    },
    NETWORK("must be an address or a network such as 10.0.0.0/8", ".+") {
        @Override
        Predicate<String> test() {
            return text -> {
                try {
                    AddressRange.parse(text);
                    return true;
                } catch (IllegalArgumentException e) {
                    return false;
                }
            };
        }
    };

    private final String rule;
    private final Pattern pattern;

    TextRule(String rule, String pattern) {
        this.rule = rule;
        this.pattern = Pattern.compile(pattern);
    }

    /** Such as "must not be empty". */
    String rule() {
        return rule;
    }

    boolean fits(String text) {
        return test().test(text);
    }

    Predicate<String> test() {
        return pattern.asMatchPredicate();
    }
}
