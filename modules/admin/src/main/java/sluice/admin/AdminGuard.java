package sluice.admin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import sluice.config.Loopback;
import sluice.config.ServerSettings;

/**
 * Who may use the admin port: whoever shows the token, or the cookie that the dashboard got for it. Without a token the port
 * is closed, or open to programs and pages of this machine if the configuration says so. A request that a web page of another
 * origin makes is refused in any case. Immutable and thread-safe.
 */
final class AdminGuard {
    /** The cookie's name. */
    static final String COOKIE = "sluice_admin";
    private static final int SESSION_BYTES = 32;

    /**
     * What of a request matters here; empty where it has no such header.
     *
     * @param changes whether the request may change something: any method but GET and HEAD
     */
    record Visit(boolean changes, String authorization, String cookies, String origin, String host) { }

    /** Why a visit is refused. */
    enum Refusal { NO_TOKEN, WRONG_TOKEN, TOO_MANY_GUESSES, CLOSED, FOREIGN_ORIGIN, FOREIGN_HOST }

    private final byte[] tokenHash;
    private final ServerSettings.Admin settings;
    private final boolean hasToken;
    private final boolean open;
    private final String session;
    private final byte[] sessionHash;

    AdminGuard(ServerSettings.Admin settings, SecureRandom random) {
        this.settings = settings;
        hasToken = !settings.access().token().isEmpty();
        tokenHash = hash(settings.access().token().reveal());
        open = settings.access().open();
        byte[] bytes = new byte[SESSION_BYTES];
        random.nextBytes(bytes);
        session = HexFormat.of().formatHex(bytes);
        sessionHash = hash(session);
    }

    /** The guard under other settings: with another token nobody stays in by a cookie that was given for the former one. */
    AdminGuard under(ServerSettings.Admin next, SecureRandom random) {
        return next.access().token().equals(settings.access().token()) && next.access().open() == open ? this
                : new AdminGuard(next, random);
    }

    /** The value of the cookie for whoever showed the token: random, and made anew at each start. */
    String session() {
        return session;
    }

    /** Whether only those who show a token are let in; otherwise being let in says nothing of who it is. */
    boolean wantsToken() {
        return hasToken;
    }

    /** Whether {@code token} is the right one; false where there is none. */
    boolean isToken(String token) {
        return hasToken && MessageDigest.isEqual(hash(token), tokenHash);
    }

    /** Why this visit is refused; empty if it is not. */
    Optional<Refusal> check(Visit visit) {
        if (!visit.origin().isEmpty() && !visit.origin().equals("http://" + visit.host())
                && !visit.origin().equals("https://" + visit.host())) {
            return Optional.of(Refusal.FOREIGN_ORIGIN);
        }
        if (!hasToken) {
            return !open ? Optional.of(Refusal.CLOSED)
                    : Loopback.isHost(visit.host()) ? Optional.empty() : Optional.of(Refusal.FOREIGN_HOST);
        }
        if (visit.authorization().regionMatches(true, 0, "Bearer ", 0, 7)) {
            return isToken(visit.authorization().substring(7).strip()) ? Optional.empty() : Optional.of(Refusal.WRONG_TOKEN);
        }
        String cookie = cookie(visit.cookies());
        if (cookie.isEmpty() || !MessageDigest.isEqual(hash(cookie), sessionHash)) {
            return Optional.of(Refusal.NO_TOKEN);
        }
        // A cookie is sent by the browser itself, so a change must come from the dashboard's own page.
        return visit.changes() && visit.origin().isEmpty() ? Optional.of(Refusal.FOREIGN_ORIGIN) : Optional.empty();
    }

    /** Why a visit that reads numbers only is refused: like others, but a port without a token serves this machine. */
    Optional<Refusal> checkReading(Visit visit) {
        Optional<Refusal> refusal = check(visit);
        return refusal.filter(reason -> reason != Refusal.CLOSED || !Loopback.isHost(visit.host()));
    }

    private static String cookie(String cookies) {
        for (String pair : cookies.split(";")) {
            String text = pair.strip();
            if (text.startsWith(COOKIE + "=")) {
                return text.substring(COOKIE.length() + 1);
            }
        }
        return "";
    }

    private static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
