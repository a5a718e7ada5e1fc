package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sluice.config.KeyHash;
import sluice.simulator.Fault;
import sluice.simulator.SimulatedUpstream;

/** The dashboard in a real browser. */
class DashboardTest {
    private static final int TAB = 9;
    private static final int ENTER = 13;
    private static final String PRICES = "usage: {prices: [{model: gpt-5, input: 1.25, cached-input: 0.125, output: 10}]}\n";

    private static Browser browser;
    private SimulatedUpstream upstream;
    private RunningGateway gateway;

    @BeforeAll
    static void startBrowser() throws IOException {
        Optional<Path> program = Browser.find();
        assumeTrue(program.isPresent(), "no browser: neither $CHROME nor chromium or google-chrome on the path");
        browser = Browser.start(program.get());
    }

    @AfterAll
    static void stopBrowser() throws IOException {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void start() throws IOException {
        upstream = SimulatedUpstream.start();
        gateway = RunningGateway.accounts(upstream.baseUri(), 2, PRICES);
    }

    @AfterEach
    void stop() {
        gateway.close();
        upstream.close();
    }

    private void open(int width, boolean dark) {
        browser.open(gateway.adminUri(), width, 900, dark);
        browser.await("document.getElementById('link').textContent === 'live'");
    }

    private static String text(String selector) {
        return browser.value("document.querySelector('" + selector + "').textContent").asText();
    }

    private static String request(String model, String ask) {
        return "{\"model\":\"" + model + "\",\"stream\":true,\"store\":false,\"input\":\"" + ask + "\"}";
    }

    private static String card(String account) {
        return "[data-name=" + account + "]";
    }

    @Test
    void showsRequestsTokensAndCostsAsTheyCome() throws IOException {
        open(1280, false);
        assertTrue(text("#no-requests").startsWith("No requests yet"));
        browser.screenshot("empty");
        try (TestClient client = gateway.client()) {
            client.post("/v1/responses", request("gpt-5", "hi"), "session-id", "s1");
            client.post("/v1/responses", request("gpt-5", "hi"), "session-id", "s1");
            client.post("/v1/responses", request("llama", "[[sim:status=400]]"));
            client.post("/v1/responses", request("llama", "hi"));
        }
        browser.await("document.querySelectorAll('#requests tr').length === 4");

        assertEquals("25 %", text("#sticky-share"));
        assertEquals("0 %", text("#error-share"), "a request that is wrong is no error of the gateway");
        assertEquals("25 % refused: clients' own fault", text("#refused-share"));
        assertTrue(text("#cost").startsWith("$0.00"), text("#cost"));
        assertEquals("and 1 requests without a price", text("#cost-detail"));
        assertTrue(text("#requests tr:first-child").contains("no price"), text("#requests tr:first-child"));
        assertTrue(text("#failures").contains("local"), text("#failures"));
        browser.value("document.querySelector('#requests button').click()");
        assertTrue(text("#requests .legend").contains("upstream"), text("#requests .legend"));
        browser.await("document.querySelectorAll('#decisions details').length === 4");
        browser.value("document.querySelector('#decisions details:last-child summary').click()");
        assertTrue(text("#decisions details:last-child table").contains("first output"));
        browser.screenshot("requests");
    }

    @ParameterizedTest
    @CsvSource({"1280, false, story-wide-light", "1280, true, story-wide-dark",
        "390, false, story-phone-light", "390, true, story-phone-dark"})
    void tellsTheStoryOfOneRequest(int width, boolean dark, String picture) throws IOException {
        upstream.script("sk-a", Fault.of("status=503"));
        try (RunningGateway mapped = RunningGateway.of("accounts:\n  - {name: a, base-url: \"" + upstream.baseUri()
                + "\", api-key: sk-a, tier: 0, remove: [service_tier]}\n  - {name: b, base-url: \"" + upstream.baseUri()
                + "\", api-key: sk-b, tier: 1, models: [{from: fast, to: gpt-5}]}\n" + PRICES); TestClient client = mapped.client()) {
            client.post("/v1/responses", request("fast", "hi"), "session-id", "s1");
            client.post("/v1/responses", request("fast", "hi").replace("{", "{\"service_tier\":\"flex\","), "session-id", "s2");
            browser.open(mapped.adminUri(), width, 900, dark);
            browser.await("document.querySelectorAll('#requests tr').length === 2");
            browser.value("document.querySelectorAll('#requests button')[1].click()");
            browser.value("document.querySelector('#requests a.story').click()");
            browser.await("document.querySelectorAll('#tries > li').length === 2");
            assertTrue(text("#tries > li:first-child").startsWith("a by load balance, after "), text("#tries"));
            assertTrue(text("#tries > li:first-child").contains("503"), text("#tries"));
            assertTrue(text("#tries > li:last-child").contains("In the body: model = \"gpt-5\""), text("#tries"));
            assertTrue(text("#request-facts").contains("fast, asked as gpt-5"), text("#request-facts"));
            assertTrue(text("#request-stages .legend").contains("retry"), text("#request-stages"));
            assertTrue(width >= browser.value("document.documentElement.scrollWidth").asInt(), "nothing hangs over the edge");
            browser.screenshot(picture);
            browser.open(mapped.adminUri().resolve("/#request/req_nobody"), width, 900, dark);
            browser.await("document.getElementById('request-fault').textContent.includes('not among the last')");
        }
    }

    @Test
    void findsRequestsByWordsAndNamesWhoseFaultTheyWere(@TempDir Path folder) throws IOException {
        upstream.script("sk-a", Fault.of("status=503"));
        try (RunningGateway paid = RunningGateway.of("accounts:\n  - {name: a, base-url: \"" + upstream.baseUri() + "\", api-key: sk-a}\n"
                + "clients:\n  - {name: ci, key: ci-key, requests-per-minute: 2, budget-usd: {day: 5}}\n  - {name: agents, key: a-key}\n"
                + PRICES); TestClient client = paid.client()) {
            for (String who : List.of("a-key", "ci-key", "ci-key", "ci-key")) {
                client.post("/v1/responses", request("gpt-5", "hi"), "authorization", "Bearer " + who);
            }
            browser.open(paid.adminUri(), 1280, 900, false);
            browser.await("document.querySelectorAll('#requests tr').length === 4");
            assertEquals("25 %", text("#error-share"));
            assertEquals("25 % refused: clients' own fault", text("#refused-share"));
            assertTrue(text("#failures").contains("ci client rate, refused by 429 client_rate"), text("#failures"));
            assertTrue(text("#failures").contains("agents a: upstream"), text("#failures"));
            assertTrue(text("#clients").contains(" of $5.00"), text("#clients"));
            find("client:ci status:4xx");
            browser.await("document.querySelectorAll('#requests tr').length === 1");
            assertTrue(text("#requests").contains("429 client_rate"), text("#requests"));
            find("AGENTS gpt");
            browser.await("document.querySelectorAll('#requests tr').length === 1 && document.getElementById('requests')."
                    + "textContent.includes('agents')");
            find("client:nobody");
            browser.await("!document.getElementById('none-found').hidden");
            browser.screenshot("found");
            find("");
            browser.await("document.querySelectorAll('#requests tr').length === 4");
        }
    }

    private static void find(String words) {
        browser.value("document.getElementById('find').value = '" + words + "';"
                + "document.getElementById('find').dispatchEvent(new Event('input'))");
    }

    @ParameterizedTest
    @CsvSource({"1280, false, condition-wide-light", "1280, true, condition-wide-dark", "390, false, condition-phone-light",
        "390, true, condition-phone-dark"})
    void tellsTheConditionOfTheProcess(int width, boolean dark, String picture, @TempDir Path folder) throws Exception {
        TestAuthority authority = new TestAuthority(folder);
        authority.issue("one", "EC");
        try (RunningGateway secured = RunningGateway.accounts(upstream.baseUri(), 1, authority.serving("one"))) {
            browser.open(secured.adminUri(), width, 900, dark);
            browser.await("document.getElementById('condition').textContent.includes('takes connections')");
            assertTrue(text("#condition").contains("certificate, data portends in 47 h"), text("#condition"));
            assertEquals("bad", browser.value("[...document.querySelectorAll('#condition dd')]"
                    + ".find(d => d.textContent.startsWith('ends in'))"
                    + ".className").asText());
            assertTrue(text("#condition").contains("the file is in force"), text("#condition"));
            secured.process().reloadRefused(true);
            browser.await("document.getElementById('condition').textContent.includes('a former one is in force')");
            assertTrue(width >= browser.value("document.documentElement.scrollWidth").asInt(), "nothing hangs over the edge");
            browser.screenshot(picture);
        }
    }

    @Test
    void showsWhatTheGatewayAdds() throws IOException {
        open(1280, false);
        assertEquals("measuring", text("#added-detail"));
        browser.await("/^[0-9.]+ ms$/.test(document.getElementById('added').textContent)");
        assertTrue(text("#added-detail").matches("p99 .* ms; [0-9.]+ ms instead of [0-9.]+ ms"), text("#added-detail"));
        browser.screenshot("added");

        try (RunningGateway silent = RunningGateway.of("server: {admin: {probe: false}}\naccounts: [{name: a, base-url: \""
                + upstream.baseUri() + "\", api-key: k}]")) {
            browser.open(silent.adminUri(), 1280, 900, false);
            browser.await("document.getElementById('added-detail').textContent === 'off: server.admin.probe'");
        }
    }

    @Test
    void disablesAnAccountThatFinishesWhatItHas() throws IOException {
        open(1280, true);
        try (TestClient old = gateway.client(); TestClient young = gateway.client()) {
            byte[] body = request("gpt-5", "[[sim:deltas=60;interval=20ms]]").getBytes(StandardCharsets.UTF_8);
            old.sendHead("POST", "/v1/responses", body.length);
            old.raw(body);
            browser.await("document.getElementById('open-streams').textContent === '1'");
            browser.value("document.querySelector('" + card("a") + " [data-control=disable]').click()");
            browser.await("document.querySelector('" + card("a") + " .state').textContent === 'disabled'");
            browser.screenshot("disabled");

            young.post(request("gpt-5", "hi"));
            assertEquals("sk-b", upstream.log().last().accountKey());
            assertTrue(old.answer("POST").whole(), "the stream that was open ends as if nothing had happened");
            browser.await("document.getElementById('open-streams').textContent === '0'");

            browser.value("document.querySelector('" + card("a") + " [data-control=enable]').click()");
            browser.await("document.querySelector('" + card("a") + " .state').textContent === 'ready'");
            young.post(request("gpt-5", "hi"));
            assertEquals("sk-a", upstream.log().last().accountKey());
        }
    }

    @Test
    void countsACoolDownDown() throws IOException {
        open(390, false);
        upstream.script("sk-a", Fault.of("status=429;code=insufficient_quota"));
        try (TestClient client = gateway.client()) {
            client.post(request("gpt-5", "hi"));
        }
        String pill = "document.querySelector('" + card("a") + " .state').textContent";
        browser.await("/^cooling down [0-9]+ s$/.test(" + pill + ")");
        String first = browser.value(pill).asText();
        browser.screenshot("cooling-phone");
        browser.await(pill + " !== '" + first + "'");

        assertTrue(seconds(browser.value(pill).asText()) < seconds(first), first);
        assertTrue(text("#failures").contains("a: quota, then answered by b"), text("#failures"));
        assertTrue(browser.value("document.documentElement.scrollWidth").asInt() <= 390, "nothing sticks out on a phone");
    }

    @Test
    void namesTheModelThatAnAccountDoesNotServeForAWhile() throws IOException {
        open(1280, false);
        upstream.script("sk-a", Fault.of("status=429;retry=50"));
        try (TestClient client = gateway.client()) {
            client.post(request("gpt-5", "hi"));
            browser.await("/^model cooling down [0-9]+ s$/.test(document.querySelector('" + card("a") + " .state').textContent)");
            assertTrue(text(card("a")).contains("rests for gpt-5 "), text(card("a")));

            client.post(request("another", "hi"));
            assertEquals("sk-a", upstream.log().last().accountKey());
        }
    }

    private static int seconds(String pill) {
        return Integer.parseInt(pill.replaceAll("[^0-9]", ""));
    }

    @Test
    void isSteeredByKeyboardAlone() {
        open(1280, false);
        for (int i = 0; i < 40 && !focused().equals("disable b"); i++) {
            browser.press("Tab", TAB);
        }
        assertEquals("disable b", focused());
        browser.press("Enter", ENTER);
        browser.await("document.querySelector('" + card("b") + " .state').textContent === 'disabled'");
        browser.await("document.activeElement.getAttribute('aria-label') === 'enable b'");
        browser.press("Enter", ENTER);
        browser.await("document.querySelector('" + card("b") + " .state').textContent === 'ready'");
    }

    private static String focused() {
        return browser.value("document.activeElement.getAttribute('aria-label') || ''").asText();
    }

    @Test
    void explainsALiveSession() throws IOException {
        try (TestClient client = gateway.client()) {
            client.post("/v1/responses", request("gpt-5", "hi"), "session-id", "s1");
        }
        open(1280, false);
        browser.value("document.getElementById('explain-session').value = 's1'");
        browser.value("document.querySelector('#explain button').click()");
        browser.await("document.getElementById('explained').textContent !== ''");

        assertTrue(text("#explained").startsWith("a by session, as gpt-5"), text("#explained"));
        assertTrue(text("#explained").contains("staying costs"), text("#explained"));
        browser.screenshot("explained");
        browser.value("document.getElementById('explain-body').value = '{'");
        browser.value("document.querySelector('#explain button').click()");
        browser.await("document.getElementById('explained').textContent.startsWith('400 invalid_json')");
    }

    private RunningGateway paying(Path folder) throws IOException {
        return RunningGateway.accounts(upstream.baseUri(), 2, "state: {path: " + folder.resolve("state") + "}\n"
                + "teams: [{name: research, budget-usd: {month: 40}}]\nclients:\n  - {name: ci, team: research, key-sha256: \""
                + KeyHash.of("ci").hex() + "\", budget-usd: {day: 5, month: 60}}\n  - {name: agents, team: research, key-sha256: \""
                + KeyHash.of("agents").hex() + "\", budget-usd: {month: 500}}\n"
                + "usage: {prices: [{model: gpt-5, input: 200000, cached-input: 125000, output: 1000000}, "
                + "{model: '*', input: 100000, output: 200000}]}\n");
    }

    @ParameterizedTest
    @CsvSource({"1280, false, money-wide-light", "1280, true, money-wide-dark", "390, false, money-phone-light",
        "390, true, money-phone-dark"})
    void showsWhatWasSpentBudgetsAndQuotas(int width, boolean dark, String picture, @TempDir Path folder) throws IOException {
        upstream.always("sk-a", Fault.of("codex_headers;used=64;used2=91;renews=4000s;renews2=200000s"));
        try (RunningGateway paid = paying(folder); TestClient client = paid.client()) {
            for (String key : List.of("ci", "ci", "agents", "agents")) {
                client.post("/v1/responses", request(key.equals("ci") ? "gpt-5" : "o4-mini", "hi"), "authorization", "Bearer " + key);
            }
            browser.open(paid.adminUri(), width, 900, dark);
            browser.await("document.getElementById('link').textContent === 'live'");
            browser.value("document.querySelector('#pages a[href=\"#money\"]').click()");
            browser.await("document.querySelectorAll('#budgets .meter').length === 4");
            assertFalse(browser.value("document.getElementById('page-money').hidden").asBoolean());
            assertTrue(browser.value("document.getElementById('page-overview').hidden").asBoolean());
            assertTrue(text("#budgets").contains("ci client, today"), text("#budgets"));
            assertTrue(text("#budgets").contains("research team, this month"), text("#budgets"));
            browser.await("!document.getElementById('budget').hidden");
            assertTrue(text("#budget").startsWith("client ci: "), text("#budget"));
            assertTrue(text("#quotas").contains("a primary36 % leftrenews in 66 min"), text("#quotas"));
            assertTrue(text("#sums").contains("modelgpt-5"), text("#sums"));
            assertTrue(text("#sums").contains("accounta"), text("#sums"));
            assertTrue(text("#money-day-renews").startsWith("the day ends in "), text("#money-day-renews"));
            assertEquals(width, browser.value("document.documentElement.scrollWidth").asInt(), "nothing hangs over the edge");
            browser.screenshot(picture);
        }
    }

    @ParameterizedTest
    @CsvSource({"1280, false, keys-wide-light", "1280, true, keys-wide-dark", "390, false, keys-phone-light", "390, true, keys-phone-dark"})
    void addsRotatesAndRevokesKeys(int width, boolean dark, String picture, @TempDir Path folder) throws IOException {
        try (RunningGateway paid = paying(folder); TestClient client = paid.client()) {
            browser.open(paid.adminUri().resolve("/#keys"), width, 900, dark);
            browser.await("document.querySelectorAll('#keys tr').length === 2");
            browser.value("document.getElementById('add-name').value = 'laptop'; document.getElementById('add-team').value = 'research'");
            browser.value("document.querySelector('#add button').click()");
            browser.await("!document.getElementById('issued').hidden");
            String first = text("#issued-key");
            assertTrue(first.startsWith("sk-sluice-"), first);
            assertEquals(200, client.post("/v1/responses", request("gpt-5", "hi"), "authorization", "Bearer " + first).status());
            browser.screenshot(picture);
            browser.value("document.getElementById('issued-done').click()");
            assertEquals("", text("#issued-key"));
            browser.value("document.querySelector('[data-deed^=\"rotate laptop\"]').click()");
            browser.await("document.querySelectorAll('#keys tr').length === 4");
            String second = text("#issued-key");
            browser.value("window.confirm = () => true");
            browser.value("document.querySelector('[data-deed=\"revoke laptop " + KeyHash.of(first).hex().substring(0, 12)
                    + "\"]').click()");
            browser.await("document.querySelectorAll('#keys tr').length === 3");
            assertEquals(401, client.post("/v1/responses", request("gpt-5", "hi"), "authorization", "Bearer " + first).status());
            assertEquals(200, client.post("/v1/responses", request("gpt-5", "hi"), "authorization", "Bearer " + second).status());
            browser.value("document.getElementById('add-name').value = 'ci'");
            browser.value("document.querySelector('#add button').click()");
            browser.await("document.getElementById('keys-error').textContent.includes('configuration file has the client')");
            assertEquals(width, browser.value("document.documentElement.scrollWidth").asInt(), "nothing hangs over the edge");
        }
    }

    @Test
    void asksForTheToken() throws IOException {
        try (RunningGateway closed = RunningGateway.of("server: {admin: {token: let-me-in-please}}\naccounts: [{name: a, base-url: \""
                + upstream.baseUri() + "\", api-key: k}]")) {
            browser.open(closed.adminUri(), 1280, 900, false);
            browser.await("!document.getElementById('login').hidden");
            signIn("wrong");
            browser.await("document.getElementById('login-error').textContent !== ''");
            assertFalse(browser.value("document.getElementById('login').hidden").asBoolean());
            signIn("let-me-in-please");
            browser.await("!document.getElementById('main').hidden");
            browser.await("document.getElementById('link').textContent === 'live'");
            browser.value("document.querySelector('" + card("a") + " [data-control=disable]').click()");
            browser.await("document.querySelector('" + card("a") + " .state').textContent === 'disabled'");
        }
    }

    private static void signIn(String token) {
        browser.value("document.getElementById('token').value = '" + token + "'");
        browser.value("document.querySelector('#login button').click()");
    }
}
