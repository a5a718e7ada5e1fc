package sluice.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sluice.http1.ResponseHead;
import sluice.simulator.Fault;
import sluice.simulator.SimulatedUpstream;

/**
 * Everything that clients do, at random and at the same time, while accounts fail at random: streams and JSON, sessions, turns on
 * WebSockets, stored responses, refused requests, clients that leave, streams that break off. Counts what the clients saw.
 */
final class Traffic {
    /** Keys of the clients, and the accounts' letters: their keys are sk-LETTER. */
    static final List<String> KEYS = List.of("key-one", "key-two");
    static final List<String> ACCOUNTS = List.of("a", "b", "c", "p");
    /** What an account may answer instead, each for one request. */
    private static final List<String> FAULTS = List.of("status=500", "status=503;body=html", "status=429;retryms=20",
            "status=429;code=insufficient_quota", "status=401", "status=403", "status=404;code=model_not_found", "overloaded",
            "ratelimited", "drop=rst", "incomplete", "reasoning");
    /** What {@link #hold} asks for. */
    static final String HELD = "held";
    /** A model without a price. */
    static final String UNPRICED = "unheard-of";
    private static final String TURN = "a turn";
    private static final String LONG = "a long stream [[sim:deltas=20;interval=1ms]]";
    private static final Pattern CODE = Pattern.compile("\"code\":\\s*\"([a-z_]+)\"");
    private static final Pattern STATUS = Pattern.compile("\"status\":(\\d{3})");
    private static final Pattern TAG = Pattern.compile("tag (\\d+)\\.");

    /**
     * What was sent under one tag.
     *
     * @param client name of the client
     * @param model what it asked for
     * @param turn whether it went over the client's WebSocket
     * @param leaves whether the client leaves before the end
     */
    record Sent(String client, String model, boolean turn, boolean leaves) { }

    /** By tag. */
    final Map<Integer, Sent> sent = new ConcurrentHashMap<>();
    /** Tags of requests that went on from a stored response. */
    final Set<Integer> bound = ConcurrentHashMap.newKeySet();
    /** How many requests ended so, by labels of {@code sluice_requests_total}; a value of {@code ?} is unknown. */
    final Map<String, LongAdder> outcomes = new ConcurrentHashMap<>();
    final LongAdder requests = new LongAdder();
    final LongAdder requestBytes = new LongAdder();
    /** Of answers that were read to their end. */
    final LongAdder answerBytes = new LongAdder();
    final LongAdder leavers = new LongAdder();
    private final AtomicInteger tags = new AtomicInteger();
    private final SimulatedUpstream upstream;
    private final RunningGateway gateway;

    Traffic(SimulatedUpstream upstream, RunningGateway gateway) {
        this.upstream = upstream;
        this.gateway = gateway;
    }

    /** The tag that a request's body holds. */
    static int tag(byte[] body) {
        Matcher tag = TAG.matcher(new String(body, StandardCharsets.UTF_8));
        return tag.find() ? Integer.parseInt(tag.group(1)) : -1;
    }

    /** Name of the client of a key, as the configuration has it. */
    static String name(String key) {
        return key.substring("key-".length());
    }

    /** One client's requests over HTTP, {@code pauseNanos} apart. */
    void http(String key, Random random, int count, long pauseNanos) throws IOException {
        for (int i = 0; i < count; i++) {
            try (TestClient client = gateway.client()) {
                request(client, key, random);
            }
            LockSupport.parkNanos(pauseNanos);
        }
    }

    /** One client's turns on a WebSocket, which is left open. */
    TestWebSocket turns(String key, Random random, int count, long pauseNanos) throws IOException {
        TestWebSocket socket = TestWebSocket.open(gateway.port(), "authorization", "Bearer " + key, "session-id", "w" + key);
        count("GET /v1/responses", 101, "", name(key));
        for (int i = 0; i < count; i++) {
            mayFail(random);
            String message = random.nextInt(10) == 0 ? "{\"type\":"
                    : "{\"type\":\"response.create\"," + body(key, random, true, TURN).substring(1);
            List<String> messages = socket.turn(message);
            String last = messages.getLast();
            boolean refused = last.startsWith("{\"type\":\"error\"");
            requestBytes.add(message.length());
            messages.forEach(text -> answerBytes.add(text.getBytes(StandardCharsets.UTF_8).length));
            count("WEBSOCKET /v1/responses", refused ? first(STATUS, last).map(Integer::parseInt).orElse(0) : 200,
                    refused ? first(CODE, last).orElse("") : "?", name(key));
            LockSupport.parkNanos(pauseNanos);
        }
        return socket;
    }

    /** A stream that says nothing more after its first events; it ends when the client is closed. */
    void hold(TestClient client) throws IOException {
        byte[] bytes = ("{\"model\":\"" + HELD + "\",\"stream\":true,\"store\":false,\"input\":\"[[sim:stall=8]]\"}")
                .getBytes(StandardCharsets.UTF_8);
        client.sendHead("POST", "/v1/responses", bytes.length, "authorization", "Bearer " + KEYS.getFirst());
        client.raw(bytes);
        client.head("POST");
    }

    private void request(TestClient client, String key, Random random) throws IOException {
        mayFail(random);
        switch (random.nextInt(14)) {
            case 0 -> send(client, key, body(key, random, true, "[[sim:reasoning;deltas=3]]"));
            case 1 -> send(client, key, body(key, random, true, "[[sim:status=400]]"));
            case 2 -> send(client, key, "{\"model\":");
            case 3 -> post(client, "/v1/nowhere", key, "{}", "other");
            case 4 -> post(client, "/v1/responses", "no-key", body("key-", random, true, ""), "POST /v1/responses");
            case 5 -> leaves(key, random);
            case 6 -> send(client, key, body(key, random, true, "[[sim:cutafter=" + (1 + random.nextInt(20)) + "]]"));
            case 7 -> stored(client, key, random);
            case 8 -> post(client, "/v1/responses/input_tokens", key, body(key, random, false, ""), "POST /v1/responses/input_tokens");
            case 9 -> send(client, key, body(key, random, true, "x".repeat(8_000)));
            case 10, 11 -> send(client, key, body(key, random, false, ""));
            default -> send(client, key, body(key, random, true, ""));
        }
    }

    private void mayFail(Random random) {
        if (random.nextInt(4) == 0) {
            upstream.script("sk-" + ACCOUNTS.get(random.nextInt(ACCOUNTS.size())), Fault.of(FAULTS.get(random.nextInt(FAULTS.size()))));
        }
    }

    private String body(String key, Random random, boolean stream, String ask) {
        int tag = tags.incrementAndGet();
        String model = List.of("gpt-5.1", "gpt-5.1", "gpt-5-mini", UNPRICED).get(random.nextInt(4));
        sent.put(tag, new Sent(name(key), model, ask.equals(TURN), ask.equals(LONG)));
        return "{\"model\":\"" + model + "\",\"stream\":" + stream + ",\"store\":false,\"prompt_cache_key\":\"k" + random.nextInt(9)
                + "\",\"input\":\"tag " + tag + ". " + ask + "\"}";
    }

    private TestClient.Answer send(TestClient client, String key, String body) throws IOException {
        return post(client, "/v1/responses", key, body, "POST /v1/responses");
    }

    private TestClient.Answer post(TestClient client, String path, String key, String body, String route) throws IOException {
        TestClient.Answer answer = client.post(path, body, "authorization", "Bearer " + key);
        requestBytes.add(key.equals("no-key") || path.endsWith("nowhere") ? 0 : body.length());
        answerBytes.add(answer.status() == 200 ? answer.bytes().length : 0);
        count(route, answer.status(), answer.status() < 400 ? "?" : first(CODE, answer.text()).orElse(""),
                key.equals("no-key") ? "" : name(key));
        return answer;
    }

    /** A response that is kept, and one that goes on from it. */
    private void stored(TestClient client, String key, Random random) throws IOException {
        TestClient.Answer first = send(client, key, body(key, random, false, "").replace("\"store\":false", "\"store\":true"));
        if (first.status() == 200) {
            String id = first(Pattern.compile("\"id\":\\s*\"(resp_\\w+)\""), first.text()).orElseThrow();
            String next = body(key, random, false, "");
            bound.add(tag(next.getBytes(StandardCharsets.UTF_8)));
            send(client, key, next.replaceFirst("\\{", "{\"previous_response_id\":\"" + id + "\","));
        }
    }

    /** Leaves when the head of the answer is there. */
    private void leaves(String key, Random random) throws IOException {
        byte[] bytes = body(key, random, true, LONG).getBytes(StandardCharsets.UTF_8);
        try (TestClient client = gateway.client()) {
            client.sendHead("POST", "/v1/responses", bytes.length, "authorization", "Bearer " + key);
            client.raw(bytes);
            ResponseHead head = client.head("POST");
            requestBytes.add(bytes.length);
            leavers.increment();
            count("POST /v1/responses", head.status(), head.status() < 400 ? "?"
                    : first(CODE, client.rest(head).text()).orElse(""), name(key));
        }
    }

    private void count(String route, int status, String code, String client) {
        requests.increment();
        outcomes.computeIfAbsent("route=\"" + route + "\" status=\"" + status + "\" client=\"" + client + "\" error=\""
                + code + "\"", k -> new LongAdder()).increment();
    }

    private static Optional<String> first(Pattern pattern, String text) {
        Matcher match = pattern.matcher(text);
        return match.find() ? Optional.of(match.group(1)) : Optional.empty();
    }
}
