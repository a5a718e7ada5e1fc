package sluice.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.admin.AdminGate;
import sluice.admin.Visits;
import sluice.api.AccountStatus;
import sluice.api.Decision;
import sluice.api.Secret;
import sluice.api.SelectionPolicy.Choice;
import sluice.api.TokenUsage;
import sluice.config.ServerSettings;

class AdminApiTest {
    private static final String TOKEN = "Authorization: Bearer s3cret";

    private final ScriptedGateway gateway = new ScriptedGateway();
    private final Operations operations = new Operations(gateway, new ServerSettings.Admin("127.0.0.1", 0,
            new ServerSettings.Access(new Secret("s3cret"), false), true, Optional.empty()), System::currentTimeMillis);
    private WebServer server;
    private RawVisit visit;

    @BeforeEach
    void start() {
        HttpRouting.Builder routing = HttpRouting.builder();
        operations.routing(routing);
        server = WebServer.builder().host("127.0.0.1").port(0).shutdownHook(false).featuresDiscoverServices(false)
                .routing(routing).build().start();
        visit = new RawVisit(server.port());
        gateway.accounts.add(ScriptedGateway.account("main", AccountStatus.State.READY, 0));
        gateway.decisions.add(new Decision("main", Choice.stay(new Decision.Stickiness("main", 900, 1200, false, "worth it")),
                new Decision.Asked("gpt-5", 0xabcL, false), new Decision.When(1_700_000_000_000L, 2_000_000),
                List.of(new Decision.Candidate.Fit("main", 3.5, new Decision.Terms(1, 0.9, 0.7, 0.6, 0.3, 0)),
                        new Decision.Candidate.RuledOut("spare", Decision.FilterReason.COOLING_DOWN))));
    }

    @AfterEach
    void stop() {
        operations.close();
        server.stop();
    }

    private void assertStatus(int status, String answer) {
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
    }

    @Test
    void tellsNothingWithoutTheToken() throws IOException {
        for (String path : List.of("/admin/accounts", "/admin/overview", "/admin/events", "/admin/config", "/metrics")) {
            String answer = visit.send("GET", path, "");
            assertStatus(401, answer);
            assertFalse(answer.contains("main"), answer);
        }
        assertStatus(401, visit.send("GET", "/admin/accounts", "", "Authorization: Bearer wrong"));
        assertStatus(401, visit.send("POST", "/admin/drain", ""));
        assertFalse(gateway.draining);
    }

    @Test
    void showsAccountsDecisionsClientsAndRequests() throws IOException {
        operations.ended(Requests.good("team-a", "main", "gpt-5", TokenUsage.told(1000, 500, 100, 0)));
        assertTrue(visit.send("GET", "/admin/accounts", "", TOKEN).contains("{\"name\":\"main\",\"state\":\"ready\",\"in_flight\":3"));
        String decisions = visit.send("GET", "/admin/decisions", "", TOKEN);
        assertTrue(decisions.contains("\"session\":\"abc\""), decisions);
        assertTrue(decisions.contains("\"score\":3.5,\"terms\":{\"priority\":1.0,\"load\":0.9"), decisions);
        assertTrue(decisions.contains("{\"account\":\"spare\",\"ruled_out\":\"cooling_down\"}"), decisions);
        assertTrue(visit.send("GET", "/admin/clients", "", TOKEN).contains("\"tokens_in_all\":99999"));
        String requests = visit.send("GET", "/admin/requests", "", TOKEN);
        assertTrue(requests.contains("\"cost_usd\":0.0016875"), requests);
        assertTrue(visit.send("GET", "/admin/config", "", TOKEN).contains("server: {port: 8080}"));
        assertTrue(visit.send("GET", "/metrics", "", TOKEN).contains("sluice_in_flight 7"));
    }

    @Test
    void findsRequestsByWordsThatAllFit() throws IOException {
        operations.ended(Requests.good("team-a", "main", "gpt-5", TokenUsage.NONE));
        operations.ended(Requests.of("team-b", "spare", "gpt-5-mini", 429, "client_rate", 0, TokenUsage.NONE, List.of()));
        for (String find : List.of("team-b", "client:team-b", "STATUS:4xx", "429", "client_rate+mini",
                "id:req_+account:spare", "status:429")) {
            String found = visit.send("GET", "/admin/requests?find=" + find, "", TOKEN);
            assertTrue(found.contains("\"client\":\"team-b\"") && !found.contains("\"client\":\"team-a\""), find + ": " + found);
        }
        for (String find : List.of("client:gpt-5", "status:4", "status:5xx", "team-a+429", "id:resp_9")) {
            assertTrue(visit.send("GET", "/admin/requests?find=" + find, "", TOKEN).contains("{\"requests\":[],"), find);
        }
    }

    @Test
    void tellsOneRequestsStoryByItsIdOrItsResponses() throws IOException {
        operations.ended(Requests.good("team-a", "main", "gpt-5", TokenUsage.NONE));
        for (String id : List.of("req_1", "resp_1")) {
            String story = visit.send("GET", "/admin/requests/" + id, "", TOKEN);
            assertTrue(story.contains("\"id\":\"req_1\"") && story.contains("\"response_id\":\"resp_1\"")
                    && story.contains("\"tries\":["), story);
        }
        assertTrue(visit.send("GET", "/admin/requests/req_2", "", TOKEN).contains("unknown_request"));
    }

    @Test
    void marksACostThatIsUnknown() throws IOException {
        operations.ended(Requests.good("team-a", "main", "llama", TokenUsage.told(1000, 500, 100, 0)));
        assertTrue(visit.send("GET", "/admin/requests", "", TOKEN).contains("\"cost_usd\":null"));
        assertTrue(visit.send("GET", "/admin/overview", "", TOKEN).contains("\"cost_usd\":0,\"unpriced_requests\":1"));
    }

    @Test
    void tellsWhatTheGatewayAddsWithItsError() throws IOException {
        assertTrue(visit.send("GET", "/admin/overview", "", TOKEN).contains("\"added\":{\"state\":\"measured\",\"samples\":2836,"
                + "\"p50_ms\":0.084,\"p50_low_ms\":0.08,\"p50_high_ms\":0.088,\"p99_ms\":0.285,\"p99_low_ms\":0.212,"
                + "\"p99_high_ms\":0.511,\"direct_p50_ms\":0.04,\"through_p50_ms\":0.124}"));
    }

    @Test
    void steersAccountsByName() throws IOException {
        assertStatus(200, visit.send("POST", "/admin/accounts/main/disable", "", TOKEN));
        assertStatus(404, visit.send("POST", "/admin/accounts/main/explode", "", TOKEN));
        assertStatus(404, visit.send("POST", "/admin/accounts/nobody/enable", "", TOKEN));
        assertEquals(List.of("main DISABLE", "nobody ENABLE"), gateway.controls);
    }

    @Test
    void explainsARequestFromItsHeadersAndItsBody() throws IOException {
        String answer = visit.send("POST", "/admin/explain?client=team-a", "{\"model\":\"x\"}", TOKEN, "session-id: s-1");
        assertTrue(answer.contains("\"upstream_model\":\"team-as-1\",\"edits\":[\"{\\\"model\\\":\\\"x\\\"}\"]"), answer);
        assertTrue(answer.contains("\"stay_ms\":900.0,\"leave_ms\":1200.0,\"left\":false"), answer);
    }

    @Test
    void givesACookieForTheTokenThatOnlyItsOwnPageMayChangeThingsWith() throws IOException {
        String login = visit.send("POST", "/admin/login", "s3cret");
        assertStatus(200, login);
        assertTrue(login.contains("HttpOnly; SameSite=Strict"), login);
        assertFalse(login.contains("s3cret"), login);
        String cookie = "Cookie: " + login.replaceAll("(?s).*(sluice_admin=[0-9a-f]{64}).*", "$1");
        assertStatus(200, visit.send("GET", "/admin/accounts", "", cookie));
        assertStatus(403, visit.send("POST", "/admin/drain", "", cookie));
        assertStatus(403, visit.send("POST", "/admin/drain", "", cookie, "Origin: http://evil.example"));
        assertFalse(gateway.draining);
        assertStatus(200, visit.send("POST", "/admin/drain", "", cookie, "Origin: http://" + visit.host()));
        assertTrue(gateway.draining);
        assertStatus(401, visit.send("POST", "/admin/login", "guess"));
    }

    @Test
    void makesClientsAndChangesTheirKeys() throws IOException {
        String made = visit.send("POST", "/admin/clients", "{\"name\":\"ci\",\"team\":\"research\",\"models\":[\"gpt-5*\"],"
                + "\"concurrency\":3,\"budget_usd\":{\"month\":12.5},\"expires\":\"2026-12-31T00:00:00Z\"}", TOKEN);
        assertStatus(201, made);
        assertTrue(made.contains("{\"name\":\"ci\",\"key\":\"sk-sluice-text\",\"id\":\"abcdef012345\","
                + "\"expires\":\"2026-12-31T00:00:00Z\",\"former_until\":null}"), made);
        assertTrue(made.toLowerCase(java.util.Locale.ROOT).contains("cache-control: no-store"), "a key is in it");
        assertTrue(gateway.deeds.getFirst().contains("models=[gpt-5*], quota=Quota[concurrency=3"), gateway.deeds::toString);
        assertTrue(gateway.deeds.getFirst().contains("monthUsd=12.5"), gateway.deeds::toString);
        String next = visit.send("POST", "/admin/clients/main/rotate", "{\"overlap_seconds\":60}", TOKEN);
        assertTrue(next.contains("\"former_until\":\"2026-11-29T00:00:00Z\""), next);
        visit.send("POST", "/admin/clients/main/rotate", "", TOKEN);
        assertTrue(visit.send("POST", "/admin/clients/main/revoke", "{}", TOKEN).contains("\"revoked\":2,\"left\":0"));
        assertEquals(List.of("rotate main with PT1M until " + java.time.Instant.MAX, "rotate main with PT24H until "
                + java.time.Instant.MAX, "revoke main "), gateway.deeds.subList(1, 4));
    }

    @Test
    void saysWhatOfAClientIsWrong() throws IOException {
        for (String body : List.of("{\"name\":\"a b\"}", "{\"name\":\"a\",\"budget\":1}", "{\"name\":\"a\",\"concurrency\":-1}",
                "{\"name\":\"a\",\"budget_usd\":{\"day\":\"much\"}}", "{\"name\":\"a\",\"expires\":\"soon\"}", "[",
                "{\"name\":\"a\",\"models\":[\"*x\"]}")) {
            String answer = visit.send("POST", "/admin/clients", body, TOKEN);
            assertStatus(400, answer);
            assertTrue(answer.contains("\"code\":\"bad_client\""), answer);
        }
        assertStatus(404, visit.send("POST", "/admin/clients/nobody/rotate", "{}", TOKEN));
        assertStatus(409, visit.send("POST", "/admin/clients/nobody/revoke", "{}", TOKEN));
        assertStatus(401, visit.send("POST", "/admin/clients", "{\"name\":\"a\"}"));
        assertStatus(401, visit.send("POST", "/admin/clients/main/revoke", "{}"));
    }

    @Test
    void streamsRequestsAsTheyEnd() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream().write(("GET /admin/events HTTP/1.1\r\nHost: " + visit.host() + "\r\n" + TOKEN
                    + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            BufferedReader lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String line = lines.readLine();
            while (!line.startsWith("data: {\"in_flight\":7")) {
                line = lines.readLine();
            }
            while (!line.startsWith("event: budget")) {
                line = lines.readLine();
            }
            assertEquals("data: {\"kind\":\"client\",\"name\":\"team-a\",\"period\":\"month\",\"used\":0.84,\"budget_usd\":50.0}",
                    lines.readLine(), "four fifths are spent");
            operations.ended(Requests.good("team-a", "main", "gpt-5", TokenUsage.NONE));
            while (!line.startsWith("event: request")) {
                line = lines.readLine();
            }
            assertTrue(lines.readLine().startsWith("data: {\"id\":\"req_1\""));
        }
    }

    @Test
    void servesThePageWithoutTheTokenBecauseNothingIsInIt() throws IOException {
        String page = visit.send("GET", "/", "");
        assertStatus(200, page);
        assertTrue(page.contains("content-security-policy") || page.contains("Content-Security-Policy"), page);
        assertStatus(200, visit.send("GET", "/dashboard.js", ""));
        assertStatus(200, visit.send("GET", "/dashboard.css", ""));
    }

    @Test
    void everyPathOfTheDescriptionExists() throws IOException {
        operations.ended(Requests.good("team-a", "main", "gpt-5", TokenUsage.NONE));
        for (String path : describedPaths()) {
            if (!path.equals("/admin/events")) {
                String concrete = path.replace("{name}", "main").replace("{control}", "reset").replace("{id}", "req_1");
                String got = visit.send("GET", concrete, "", TOKEN);
                String posted = visit.send("POST", concrete, "{}", TOKEN);
                assertTrue(got.startsWith("HTTP/1.1 200") || posted.startsWith("HTTP/1.1 200")
                        || posted.startsWith("HTTP/1.1 401") || posted.startsWith("HTTP/1.1 201"), path + "\n" + got + posted);
            }
        }
    }

    @Test
    void everyMemberOfAnswersIsDescribedAndTheOtherWayRound() throws IOException {
        operations.ended(Requests.good("team-a", "main", "gpt-5", TokenUsage.told(1000, 500, 100, 0)));
        JsonTree schemas;
        try (InputStream in = Operations.class.getResourceAsStream("admin-api.json")) {
            schemas = JsonTree.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8)).get("components").get("schemas");
        }
        assertEquals(schemas.get("Account").get("properties").names(), first("/admin/accounts", "accounts").names());
        assertEquals(schemas.get("Client").get("properties").names(), first("/admin/clients", "clients").names());
        assertEquals(schemas.get("Sum").get("properties").names(), first("/admin/money", "sums").names());
        assertEquals(schemas.get("Request").get("properties").names(), first("/admin/requests", "requests").names());
        assertEquals(schemas.get("Decision").get("properties").names(), first("/admin/decisions", "decisions").names());
    }

    private JsonTree first(String path, String array) throws IOException {
        String answer = visit.send("GET", path, "", TOKEN);
        return JsonTree.parse(answer.substring(answer.indexOf("\r\n\r\n") + 4)).each(array).getFirst();
    }

    private static TreeSet<String> describedPaths() throws IOException {
        TreeSet<String> paths = new TreeSet<>();
        try (InputStream in = Operations.class.getResourceAsStream("admin-api.json");
                JsonParser json = new JsonFactory().createParser(in)) {
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.FIELD_NAME && json.currentName().startsWith("/")) {
                    paths.add(json.currentName());
                }
            }
        }
        assertTrue(paths.size() > 10, paths.toString());
        return paths;
    }

    @Test
    void answersHeadWithTheHeadAlone() throws IOException {
        for (String path : List.of("/", "/metrics", "/admin/accounts", "/admin/events", "/admin/nothing", "/nothing")) {
            for (String token : List.of(TOKEN, "Authorization: Bearer wrong")) {
                String answer = visit.head(path, token);
                assertEquals(answer.length() - 4, answer.indexOf("\r\n\r\n"), answer);
            }
        }
        assertStatus(200, visit.head("/admin/accounts", TOKEN));
        assertStatus(404, visit.head("/nothing", TOKEN));
    }

    @Test
    void letsNoBrowserGuessWhatAnAnswerIs() throws IOException {
        for (String path : List.of("/", "/dashboard.js", "/metrics", "/admin/accounts", "/nothing")) {
            for (String token : List.of(TOKEN, "Authorization: Bearer wrong")) {
                String answer = visit.send("GET", path, "", token);
                assertTrue(answer.toLowerCase(java.util.Locale.ROOT).contains("x-content-type-options: nosniff"), path + "\n" + answer);
            }
        }
    }

    @Test
    void slowsDownWhoGuessesTheToken() throws IOException {
        for (int i = 0; i < AdminGate.GUESSES_AT_ONCE; i++) {
            assertStatus(200, visit.send("GET", "/admin/accounts", "", TOKEN));
        }
        int looked = 0;
        String answer = visit.send("POST", "/admin/login", "guess");
        while (answer.startsWith("HTTP/1.1 401")) {
            looked++;
            answer = looked % 2 == 0 ? visit.send("POST", "/admin/login", "guess " + looked)
                    : visit.send("GET", "/metrics", "", "Authorization: Bearer guess" + looked);
        }
        assertStatus(429, answer);
        assertTrue(looked >= AdminGate.GUESSES_AT_ONCE, looked + " guesses");
    }

    @Test
    void watchersThatDoNotReadKeepNobodyOut() throws Exception {
        AtomicLong now = new AtomicLong();
        LiveFeed feed = new LiveFeed(now::get);
        Visits visits = new Visits(now::get);
        CountDownLatch ended = new CountDownLatch(1);
        CountDownLatch listening = new CountDownLatch(LiveFeed.MAX_LISTENERS);
        for (int i = 0; i < LiveFeed.MAX_LISTENERS; i++) {
            Thread.startVirtualThread(() -> {
                try (Visits.Visit visit = visits.begin(); LiveFeed.Listener _ = feed.listen(visit).orElseThrow()) {
                    listening.countDown();
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    ended.countDown();
                }
            });
        }
        listening.await();
        try (Visits.Visit visit = visits.begin()) {
            assertTrue(feed.listen(visit).isEmpty(), "all are new");
            now.addAndGet(4_000_000_000L);
            assertTrue(feed.listen(visit).isPresent(), "one was stuck");
        }
        ended.await();
    }
}
