package sluice.admin;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import sluice.config.Loopback;
import sluice.config.ServerSettings;

/**
 * Who comes in at the admin port and how long they stay: each visit is let in by the {@link AdminGuard} or refused, guesses of its
 * token are slowed down, and visitors that do not read are put out. Thread-safe.
 */
public final class AdminGate {
    /** Wrong tokens that an address may show before it is slowed down. */
    public static final int GUESSES_AT_ONCE = GuessLimit.AT_ONCE;
    private static final int MAX_TOKEN_BYTES = 4096;

    private final Visits visits = new Visits(System::nanoTime);
    private final GuessLimit guesses;
    private final SecureRandom random = new SecureRandom();
    /** Of the port that is open: another one needs a restart. */
    private final String host;
    private volatile AdminGuard guard;

    /** A gate for those whom {@code admin} lets in. */
    public AdminGate(ServerSettings.Admin admin, LongSupplier epochMillis) {
        host = admin.host();
        guard = new AdminGuard(admin, random);
        guesses = new GuessLimit(epochMillis);
    }

    /** From now on it is for those whom {@code admin} lets in; its address stays. For one thread at a time. */
    public void apply(ServerSettings.Admin admin) {
        boolean open = admin.access().open() && Loopback.isAddress(host);
        guard = guard.under(new ServerSettings.Admin(host, admin.port(),
                new ServerSettings.Access(admin.access().token(), open), admin.probe(), admin.tls()), random);
    }

    /** Everything below {@code /admin} but the login, and the metrics, are for those whom the guard lets in. */
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        response.headers().set(HeaderNames.create("x-content-type-options"), "nosniff");
        try (Visits.Visit visit = visits.begin()) {
            request.context().register(visit);
            if (request.prologue().method().equals(Method.HEAD)) {
                AdminAnswer.asHead(() -> pass(chain, request, response));
            } else {
                pass(chain, request, response);
            }
            if (visit.isEnded()) {
                throw new CloseConnectionException("the client does not read");
            }
        } finally {
            tell(request, false);
        }
    }

    private void pass(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        String path = request.path().path();
        boolean metrics = path.equals("/metrics");
        boolean open = !metrics && !path.startsWith("/admin") || path.equals("/admin/login");
        Optional<AdminGuard.Refusal> refusal = open ? Optional.empty() : refusal(request, metrics);
        if (refusal.isEmpty()) {
            tell(request, !open && guard.wantsToken());
            chain.proceed();
        } else {
            refuse(response, refusal.get());
        }
    }

    private static void tell(ServerRequest request, boolean operator) {
        request.context().get(AdminPlaces.Place.class).ifPresent(place -> place.isOperator(operator));
    }

    /** Whoever shows a token that is wrong may do so only so often. */
    private Optional<AdminGuard.Refusal> refusal(ServerRequest request, boolean readsNumbers) {
        AdminGuard.Visit visit = visit(request);
        String address = request.remotePeer().host();
        boolean shows = !visit.authorization().isEmpty();
        if (shows && !guesses.take(address)) {
            return Optional.of(AdminGuard.Refusal.TOO_MANY_GUESSES);
        }
        Optional<AdminGuard.Refusal> refusal = readsNumbers ? guard.checkReading(visit) : guard.check(visit);
        if (shows && (refusal.isEmpty() || refusal.get() != AdminGuard.Refusal.WRONG_TOKEN)) {
            guesses.giveBack(address);
        }
        return refusal;
    }

    private static void refuse(ServerResponse response, AdminGuard.Refusal refusal) {
        Status status = switch (refusal) {
            case NO_TOKEN, WRONG_TOKEN -> {
                response.headers().set(HeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"sluice\"");
                yield Status.UNAUTHORIZED_401;
            }
            case CLOSED, FOREIGN_ORIGIN, FOREIGN_HOST -> Status.FORBIDDEN_403;
            case TOO_MANY_GUESSES -> {
                response.headers().set(HeaderNames.RETRY_AFTER, "1");
                yield Status.TOO_MANY_REQUESTS_429;
            }
        };
        AdminAnswer.fail(response, status, refusal.name().toLowerCase(Locale.ROOT), words(refusal));
    }

    /** Whether a visitor may see what the port shows of accounts. */
    public boolean mayRead(ServerRequest request) {
        return refusal(request, false).isEmpty();
    }

    /** Ends requests of clients that do not read. */
    public void sweep() {
        visits.sweep();
    }

    private static String words(AdminGuard.Refusal refusal) {
        return switch (refusal) {
            case NO_TOKEN -> "Send 'Authorization: Bearer TOKEN' with the token of server.admin.token.";
            case WRONG_TOKEN -> "This is not the token of server.admin.token.";
            case CLOSED -> "The admin port is closed: set server.admin.token, or server.admin.open: true on a loopback address.";
            case FOREIGN_ORIGIN -> "A web page of another origin may not use the admin port.";
            case TOO_MANY_GUESSES -> "Too many wrong tokens came from this address; wait a second.";
            case FOREIGN_HOST -> "Without a token, the Host must be localhost, 127.0.0.1 or [::1].";
        };
    }

    private static AdminGuard.Visit visit(ServerRequest request) {
        String method = request.prologue().method().text();
        return new AdminGuard.Visit(!method.equals("GET") && !method.equals("HEAD"), header(request, "authorization"),
                header(request, "cookie"), header(request, "origin"), header(request, "host"));
    }

    private static String header(ServerRequest request, String name) {
        List<String> values = request.headers().all(HeaderNames.create(name), List::of);
        return String.join("; ", values);
    }

    /** Gives a browser that sends the token a session. */
    public void login(ServerRequest request, ServerResponse response) {
        String token = new String(AdminAnswer.read(request, MAX_TOKEN_BYTES), StandardCharsets.UTF_8).strip();
        String address = request.remotePeer().host();
        if (!guesses.take(address)) {
            refuse(response, AdminGuard.Refusal.TOO_MANY_GUESSES);
            return;
        }
        if (!guard.isToken(token)) {
            AdminAnswer.fail(response, Status.UNAUTHORIZED_401, "wrong_token", words(AdminGuard.Refusal.WRONG_TOKEN));
            return;
        }
        guesses.giveBack(address);
        response.headers().set(HeaderNames.SET_COOKIE, AdminGuard.COOKIE + "=" + guard.session()
                + "; Path=/; HttpOnly; SameSite=Strict" + (request.isSecure() ? "; Secure" : ""));
        AdminAnswer.json(response, "{}");
    }
}
