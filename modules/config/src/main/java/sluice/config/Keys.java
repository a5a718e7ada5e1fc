package sluice.config;

import static sluice.config.ValueType.choice;
import static sluice.config.ValueType.decimal;
import static sluice.config.ValueType.duration;
import static sluice.config.ValueType.durationOrOff;
import static sluice.config.ValueType.file;
import static sluice.config.ValueType.flag;
import static sluice.config.ValueType.moment;
import static sluice.config.ValueType.secret;
import static sluice.config.ValueType.size;
import static sluice.config.ValueType.sizeOrShare;
import static sluice.config.ValueType.text;
import static sluice.config.ValueType.uri;
import static sluice.config.ValueType.whole;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All keys, in the order of the manual. What reads files, detects unknown keys, writes {@code docs/configuration.md} and the
 * JSON Schema goes by this table, so that a key exists everywhere or nowhere.
 */
final class Keys {
    /** All keys by their path. */
    static final Map<String, Key> ALL = byPath();
    /** The names at the top of a file, in order. */
    static final List<String> SECTIONS = ALL.keySet().stream().map(path -> path.split("[.\\[]")[0]).distinct().toList();

    private static final int PORT = 65_535;
    private static final long MIB = 1024 * 1024;

    private final List<Key> keys = new ArrayList<>();

    private Keys() {
        server();
        limits();
        clients();
        teams();
        accounts();
        scheduler();
        stream();
        failover();
        webSocket();
        rest();
    }

    private static Map<String, Key> byPath() {
        Map<String, Key> map = new LinkedHashMap<>();
        for (Key key : new Keys().keys) {
            if (map.put(key.path(), key) != null) {
                throw new IllegalStateException("two keys are called " + key.path());
            }
        }
        return java.util.Collections.unmodifiableMap(map);
    }

    private void key(String path, ValueType type, String fallback, String meaning) {
        keys.add(new Key(path, type, fallback, false, false, meaning));
    }

    private void fixed(String path, ValueType type, String fallback, String meaning) {
        keys.add(new Key(path, type, fallback, false, true, meaning));
    }

    private void required(String path, ValueType type, String meaning) {
        keys.add(new Key(path, type, "", true, false, meaning));
    }

    private void server() {
        fixed("server.host", text(), "127.0.0.1", "Address of the data port. Must be loopback while there are no `clients`.");
        fixed("server.port", whole(0, PORT), "8080", "Data port. 0 picks a free one.");
        fixed("server.admin.host", text(), "127.0.0.1",
                "Address of the admin port. Anything but loopback needs `server.admin.token`.");
        fixed("server.admin.port", whole(0, PORT), "8081",
                "Admin port: health, metrics, admin API, dashboard. 0 picks a free one.");
        key("server.admin.token", secret(), "", "What users of the admin port show as `Authorization: Bearer`.");
        key("server.admin.open", flag(), "false", "Whether the admin port may be used without a token. Loopback only.");
        fixed("server.admin.tls.cert", file(), "",
                "PEM file with the certificate of the admin port and its chain; without it the port speaks plain HTTP. Read again when it "
                + "changes.");
        fixed("server.admin.tls.key", file(), "", "PEM file with its private key, as `server.tls.key`. Read again when it changes.");
        fixed("server.admin.probe", flag(), "true",
                "Whether the gateway measures what it adds to requests while the dashboard, `sluice top` or a scraper looks.");
        fixed("server.tls.cert", file(), "", "PEM file with the certificate and its chain. Read again when it changes.");
        fixed("server.tls.key", file(), "",
                "PEM file with the private key: PKCS #8, or PKCS #1 and SEC 1 as `openssl` and cert-manager write them; "
                + "no password. Read again when it changes.");
        fixed("server.tls.client-ca", file(), "", "PEM file of authorities: clients must show a certificate of one of them.");
        fixed("server.trusted-proxies", ValueType.texts(TextRule.NETWORK), "",
                "Networks of the proxies before the gateway. What they say of the client's address is believed, for logs, limits and "
                + "`clients[].addresses`.");
        fixed("server.forwarded-by", choice("x-forwarded-for", "forwarded"), "x-forwarded-for",
                "The header in which trusted proxies name the client. The other one is not read: a client could send it.");
        fixed("server.proxy-protocol", flag(), "false",
                "Whether connections of `server.trusted-proxies` begin with a PROXY protocol header, version 1 or 2.");
        fixed("server.base-path", text(TextRule.PATH_PREFIX), "",
                "A path below which the API is found as well: with `/sluice`, `/sluice/v1/responses` is `/v1/responses`.");
        key("server.cors.origins", ValueType.texts(TextRule.ORIGIN), "",
                "Origins of web pages that may use the API: `https://app.example`. Their requests need a client's key all the same.");
        fixed("server.http2", flag(), "false",
                "Whether clients are offered HTTP/2 in the TLS handshake; needs `server.tls.cert` and the module"
                        + " `sluice.http2`. 128 streams for each connection.");
        fixed("server.reuse-port", flag(), "false",
                "Whether a second gateway of the same user may open both ports while this one runs (SO_REUSEPORT). Then SIGTERM leaves "
                + "the ports to that one, and nobody is refused; see docs/operating.md.");
        key("server.drain", duration("0s", "24h"), "10m", "How long streams may take to end after SIGTERM.");
        key("server.forward-other", ValueType.texts(TextRule.OTHER_PATH), "",
                "Paths under `/v1` that are no routes and are passed on unchanged, instead of 404; a trailing `*` matches any ending, "
                + "`true`: all. Keys, rates and budgets hold there, and models as far as a body names one.");
        fixed("server.idle-timeout", duration("1s", "24h"), "75s",
                "How long a client's connection may wait for its next request.");
        fixed("server.head-timeout", duration("100ms", "1h"), "30s",
                "Longest time from the first byte of a request's head to its last.");
        fixed("server.body-timeout", duration("100ms", "1h"), "30s", "Longest silence within a request's body.");
        fixed("server.body-rate", size(0, MIB), "1KiB",
                "Fewest bytes a second of a request's body, on average and once `server.body-timeout` has passed. 0: any.");
        key("server.models-cache", duration("0s", "24h"), "10m", "How long an account's answer about its models is kept.");
        key("server.verify-edits", flag(), "false",
                "Compares every edited body with the received one: all bytes but the edited ones must be equal. A "
                + "second pass over each body.");
        key("server.reload", durationOrOff("100ms", "1h"), "2s",
                "How often this file is looked at for changes; `off`: only on SIGHUP.");
    }

    private void limits() {
        key("limits.body", size(1024, 1024 * MIB), "64MiB",
                "Largest request body after decoding. If this key is not given and the memory for bodies is smaller, "
                + "it is lowered to that, with a warning.");
        fixed("limits.bodies-in-flight", sizeOrShare(1024, 1L << 40), "25%",
                "Most bytes of all request bodies together, as a size or as a share of the heap. At least "
                + "`limits.body`.");
        key("limits.body-wait", duration("0s", "1h"), "2s",
                "How long a body's first reservation may wait for others to be done.");
        key("limits.concurrent-requests", whole(1, 10_000_000), "10000",
                "Most requests at a time, over all clients. If this key is not given and Java's heap is too small for so many "
                + "(44 KiB each in 42 % of it), it is lowered, with a warning.");
        fixed("limits.connections", whole(1, 10_000_000), "20000",
                "Most connections of clients at a time. Where Java's heap is small, and this key is not given, it is lowered to "
                + "`limits.concurrent-requests` and one for each 13 KiB of 8 % of the heap. Both are lowered to 45 % of the "
                + "files that the process may have open, less some.");
        fixed("limits.connections-per-address", whole(0, 10_000_000), "0",
                "Most connections of one address at a time, or of one IPv6 network of 64 bits. 0: no limit. Connections of "
                + "`server.trusted-proxies` are not counted, for they "
                + "are those of many clients; where these begin with a PROXY protocol header, each counts for its client's address.");
        key("limits.reserve-percent", whole(0, 50), "10",
                "Where there are several clients: the last percent of `limits.concurrent-requests`, `limits.connections` and WebSockets, "
                + "and as much beyond `limits.bodies-in-flight`, are for those who hold little: at most a tenth of that. "
                + "So nobody who takes all there is keeps the others out.");
        key("limits.event", size(4096, 1024 * MIB), "64MiB", "Largest SSE event or WebSocket message of an upstream.");
        key("limits.message", size(4096, 1024 * MIB), "64MiB", "Largest WebSocket message of a client. It takes its part of "
                        + "`limits.bodies-in-flight` as its frames begin.");
        fixed("limits.header", size(1024, MIB), "16KiB", "Largest head of a request: request line and headers.");
    }

    private void clients() {
        required("clients[].name", text(TextRule.NAME), "Unique name for logs and metrics.");
        key("clients[].key-sha256", ValueType.texts(TextRule.SHA256), "",
                "SHA-256 of the client's key in hexadecimal, as `sluice key` prints it; two while a key is rotated.");
        key("clients[].key", secret(), "",
                "The key itself, by reference, where a hash is not practical. Only its hash is kept.");
        key("clients[].expires", moment(), "", "Until when the keys are valid.");
        key("clients[].team", text(TextRule.NAME), "", "The team of `teams` that it belongs to, whose limits hold too.");
        key("clients[].addresses", ValueType.texts(TextRule.NETWORK), "",
                "Networks that this client may come from; empty: any.");
        key("clients[].models", ValueType.texts(TextRule.MODEL), "",
                "Models that it may ask for; a trailing `*` matches any ending; empty: all.");
        key("clients[].concurrency", whole(0, 10_000_000), "0", "Most requests at a time. 0: no limit.");
        key("clients[].requests-per-minute", whole(0, 100_000_000), "0", "0: no limit.");
        key("clients[].tokens-per-minute", whole(0, 1_000_000_000_000L), "0", "Input and output together. 0: no limit.");
        key("clients[].budget-usd.day", decimal(0, 1e9), "0",
                "Most dollars a day, by `usage.prices` and `usage.price-file`; a model without a price counts by the dearest. "
                + "0: no limit.");
        key("clients[].budget-usd.month", decimal(0, 1e9), "0",
                "Most dollars a month, as `clients[].budget-usd.day`. 0: no limit.");
        key("clients[].other-paths", flag(), "true", "Whether this client may use the paths of `server.forward-other`.");
        key("clients[].diagnostics", flag(), "false",
                "Whether this client may see `Server-Timing` and `x-sluice-explain`, which name accounts. "
                        + "Messages of a WebSocket have no headers, so there are neither: `sluice explain` tells the same.");
    }

    private void teams() {
        required("teams[].name", text(TextRule.NAME), "Unique name for logs, reports and metrics.");
        key("teams[].concurrency", whole(0, 10_000_000), "0", "Most requests at a time, of all its clients together. 0: no limit.");
        key("teams[].requests-per-minute", whole(0, 100_000_000), "0", "Of all its clients together. 0: no limit.");
        key("teams[].tokens-per-minute", whole(0, 1_000_000_000_000L), "0", "Of all its clients together. 0: no limit.");
        key("teams[].budget-usd.day", decimal(0, 1e9), "0", "Most dollars a day, of all its clients together. 0: no limit.");
        key("teams[].budget-usd.month", decimal(0, 1e9), "0", "Most dollars a month, of all its clients together. 0: no limit.");
    }

    private void accounts() {
        required("accounts[].name", text(TextRule.NAME), "Unique name for logs and metrics.");
        required("accounts[].base-url", uri("http", "https"),
                "Where the upstream is, with the path before `/responses`: `https://api.openai.com/v1`.");
        required("accounts[].api-key", secret(),
                "Sent as `Authorization: Bearer`, or as `accounts[].auth` says. `\"\"` where the upstream wants none.");
        key("accounts[].auth", text(TextRule.AUTH), "bearer",
                "How the key is shown: `bearer`, in a header of its own (`header api-key`, as Azure wants it), or `none`.");
        key("accounts[].query", ValueType.texts(TextRule.ANY), "",
                "Added to the query of each call: `[api-version=preview]`.");
        key("accounts[].tier", whole(0, 1000), "0",
                "Strict rank: a higher tier is used only when no account of a lower one can be.");
        key("accounts[].priority", whole(0, 1_000_000), "0", "Soft rank within a tier; lower is better.");
        key("accounts[].weight", whole(1, 1_000_000), "1", "Share among equally good accounts.");
        key("accounts[].concurrency", whole(1, 1_000_000), "64", "Requests at a time.");
        key("accounts[].organization", text(TextRule.NAME), "",
                "What encrypted reasoning belongs to: accounts of one organisation can read each other's. Default: "
                + "the account's name.");
        key("accounts[].budget-usd.day", decimal(0, 1e9), "0", "Most dollars a day; then it rests until the next. 0: no limit.");
        key("accounts[].budget-usd.month", decimal(0, 1e9), "0", "Most dollars a month; then it rests until the next. 0: no limit.");
        key("accounts[].mode", choice("normal", "passthrough"), "normal",
                "`passthrough` sends bodies as they came, the model aside if it is mapped.");
        key("accounts[].models[].from", text(TextRule.MODEL), "",
                "What clients ask for; a trailing `*` matches any ending. A bare name may stand for `{from: name}`. "
                + "Without `models` an account serves every model.");
        key("accounts[].models[].to", text(TextRule.PLAIN_MODEL), "", "What the upstream is asked for. Default: the same name.");
        key("accounts[].remove", ValueType.texts(TextRule.MEMBER), "",
                "Members that are removed from request bodies: `[service_tier, reasoning.summary]`.");
        key("accounts[].set", TableTypes.json(), "",
                "Values that are put into request bodies: `{store: false, reasoning.effort: high}`.");
        key("accounts[].replace", TableTypes.replacements(), "",
                "Texts that are exchanged: `{reasoning.effort: {minimal: low}}`.");
        key("accounts[].input", ValueType.texts(TextRule.CORRECTION), "",
                "Corrections inside `input`: `drop-item-ids`, `drop-item-references`, `drop-encrypted-reasoning`.");
        key("accounts[].websocket", choice("off", "on", "prefer"), "on",
                "Whether WebSocket is used towards this account: never, for clients that speak it, or also for HTTP "
                + "requests.");
        key("accounts[].headers", TableTypes.headers(), "", "Fixed headers, which replace the client's of the same name.");
        key("accounts[].proxy", uri("http", "socks5", "socks5h"), "",
                "Proxy to go through: `http://proxy:3128` by CONNECT, `socks5://proxy:1080` by SOCKS 5; `socks5h` is the same. The proxy "
                + "resolves the upstream's name. With user and password: `socks5://${env:PROXY_LOGIN}@proxy:1080`.");
        key("accounts[].timeouts.connect", duration("10ms", "10m"), "", "As `stream.connect-timeout`, which is the default.");
        key("accounts[].timeouts.write", durationOrOff("10ms", "24h"), "", "As `stream.write-timeout`.");
        key("accounts[].timeouts.headers-streaming", durationOrOff("10ms", "24h"), "",
                "As `stream.headers-timeout-streaming`.");
        key("accounts[].timeouts.headers-whole", durationOrOff("10ms", "24h"), "", "As `stream.headers-timeout-whole`.");
        key("accounts[].timeouts.idle", durationOrOff("10ms", "24h"), "", "As `stream.idle-timeout`.");
        key("accounts[].timeouts.first-output", durationOrOff("10ms", "24h"), "", "As `stream.first-output-timeout`.");
        key("accounts[].timeouts.keepalive", durationOrOff("10ms", "24h"), "", "As `stream.keepalive`.");
    }

    private void scheduler() {
        fixed("scheduler.top-k", whole(1, 64), "7", "Candidates that the weighted pick draws from.");
        fixed("scheduler.weights.priority", decimal(0, 1000), "1.0", "Weight of an account's priority.");
        fixed("scheduler.weights.load", decimal(0, 1000), "1.0", "Weight of its free slots.");
        fixed("scheduler.weights.queue", decimal(0, 1000), "0.7", "Weight of its empty queue.");
        fixed("scheduler.weights.errors", decimal(0, 1000), "0.8", "Weight of its lack of errors.");
        fixed("scheduler.weights.ttft", decimal(0, 1000), "0.5", "Weight of its short time to the first output.");
        fixed("scheduler.weights.quota", decimal(0, 1000), "2.0",
                "Weight of what would be left of its quota at its renewal: what renews soonest is used first.");
        fixed("scheduler.ewma-alpha", decimal(0.001, 1), "0.2", "Weight of the newest sample in running averages.");
        fixed("scheduler.sticky.ttl", duration("1s", "30d"), "1h",
                "How long a session's account is remembered after its last use.");
        fixed("scheduler.sticky.max-entries", whole(1, 100_000_000), "100000",
                "Most sessions that are remembered.");
        fixed("scheduler.sticky.price-ms-per-1k-cached-tokens", decimal(0, 1e6), "20",
                "What 1000 cached tokens are worth, in milliseconds of waiting.");
        fixed("scheduler.sticky.error-cost", duration("0s", "1h"), "5s", "What a certain error costs, as time.");
        fixed("scheduler.sticky.min-gain", duration("0s", "1h"), "250ms",
                "Smallest gain for which a session leaves its account.");
        fixed("scheduler.sticky.hysteresis", decimal(0, 10), "0.2",
                "Share by which the gain must exceed the price of leaving.");
        fixed("scheduler.sticky.max-ttft", duration("1ms", "1h"), "15s",
                "Fallback threshold: time to the first output above which a session leaves.");
        fixed("scheduler.sticky.max-errors", decimal(0, 1), "0.5",
                "Fallback threshold: share of errors above which a session leaves.");
        key("scheduler.wait.timeout", duration("0s", "1h"), "30s", "How long a request waits for a slot. 0s: not at all.");
        fixed("scheduler.wait.waiters", whole(0, 1_000_000), "100", "Most requests that may wait for a slot.");
        fixed("scheduler.decisions", whole(0, 100_000), "200", "How many of the last decisions are kept for the admin API.");
    }

    private void stream() {
        key("stream.buffer", size(1024, MIB), "64KiB",
                "Largest relay buffer of a stream; it begins with 1 KiB and grows while the upstream is faster.");
        key("stream.keepalive", durationOrOff("10ms", "24h"), "10s",
                "Silence towards the client after which a comment is sent.");
        key("stream.header-keepalive", durationOrOff("10ms", "24h"), "45s",
                "The same while the upstream's headers are awaited: the answer's status is 200 from then on, and "
                + "failures are told in the stream.");
        key("stream.json-keepalive", durationOrOff("10ms", "24h"), "off",
                "Silence of a JSON answer after which white space is sent, which JSON allows before a value: the answer's status "
                + "is 200 from then on, and a failure is the object `error`, behind which the connection is broken off.");
        key("stream.connect-timeout", duration("10ms", "10m"), "5s",
                "TCP, proxy and TLS handshakes with an upstream, together.");
        key("stream.write-timeout", durationOrOff("10ms", "24h"), "30s",
                "Longest time in which an upstream takes nothing of a request that is being sent.");
        key("stream.headers-timeout-streaming", durationOrOff("10ms", "24h"), "300s",
                "Until the upstream's headers, for streams.");
        key("stream.headers-timeout-whole", durationOrOff("10ms", "24h"), "600s",
                "Until the upstream's headers otherwise: they come when the answer is done.");
        key("stream.idle-timeout", durationOrOff("10ms", "24h"), "300s",
                "Silence of an upstream after which its answer counts as broken.");
        key("stream.first-output-timeout", durationOrOff("10ms", "24h"), "off", "Longest time to the first output event.");
        key("stream.on-disconnect", choice("cancel", "drain"), "cancel",
                "What becomes of the upstream call when the client leaves: closed to stop the spending, or read on "
                + "for its usage.");
        key("stream.drain-time", duration("0s", "1h"), "30s", "With `drain`: how long it is read on.");
        key("stream.drain-bytes", size(0, 1024 * MIB), "4MiB", "With `drain`: how much is read on; for a WebSocket client, "
                        + "of all its turns together.");
        key("stream.stall-timeout", duration("100ms", "1h"), "60s", "Longest time that one write to a client may take.");
        fixed("stream.watch-after", duration("0s", "1h"), "500ms", "Age at which a request's client is watched for leaving.");
        key("stream.after-terminal", duration("0s", "10m"), "5s", "How long an upstream is read on after its terminal event.");
        key("stream.server-timing", flag(), "false",
                "Whether streams end in a comment with times, for clients with `diagnostics`.");
    }

    private void failover() {
        key("failover.max-attempts", whole(1, 100), "3", "Most accounts called for one request.");
        key("failover.deadline", duration("0s", "1h"), "30s",
                "How long after the first attempt began a further one may start.");
        key("failover.commit", choice("first-event", "first-output"), "first-event",
                "When the first byte goes to the client, after which no other account can be tried.");
        key("failover.hold-bytes", size(1024, 64 * MIB), "64KiB",
                "With `first-output`: most bytes held back; of a JSON answer at most 64 KiB.");
        key("failover.hold-time", duration("10ms", "10m"), "15s", "With `first-output`: longest time that they are held back.");
        key("failover.resend-after-send", choice("auto", "always", "never"), "auto",
                "Whether a request that an account may have executed is sent again: `auto` does for `store: false`. "
                + "`never` means never, after a reset of a reused connection, too, once the gateway has been started with it.");
        key("failover.encrypted-content", choice("strip", "fail"), "strip",
                "What to do where encrypted reasoning would have to leave its organisation.");
        fixed("failover.stale-reset", duration("0s", "1m"), "1s",
                "A reset of a reused connection this soon after sending is repeated once on a fresh one.");
        fixed("failover.cool-down.first", duration("1ms", "24h"), "5s",
                "Rest after a failure that names none; doubles each time.");
        fixed("failover.cool-down.unknown-max", duration("1ms", "24h"), "60s", "Where that doubling ends.");
        fixed("failover.cool-down.max", duration("1ms", "24h"), "10m", "Longest rest, whatever the upstream asks for.");
        fixed("failover.cool-down.unauthorized", duration("1ms", "24h"), "30s", "First rest after a 401; doubles up to `max`.");
        fixed("failover.cool-down.quota", duration("1ms", "24h"), "10m", "Rest after a spent quota that names no end.");
        fixed("failover.cool-down.model-unserved", duration("1ms", "24h"), "10m",
                "How long an account is not asked for a model that it did not know.");
        fixed("failover.cool-down.forbidden", whole(1, 1000), "3", "Answers 403 in a row that open the breaker.");
        fixed("failover.breaker.failures", whole(1, 1000), "3", "Failures in a row that open an account's breaker.");
        fixed("failover.breaker.open", duration("1ms", "24h"), "5s", "How long it stays open first; doubles each time.");
        fixed("failover.breaker.max", duration("1ms", "24h"), "60s", "Where that doubling ends.");
    }

    private void webSocket() {
        fixed("websocket.seats-per-slot", decimal(0.01, 100), "2.0",
                "Upstream connections for each request that an account may run at a time; clients keep idle ones.");
        fixed("websocket.max-per-account", whole(1, 128), "128", "Most upstream connections of an account.");
        fixed("websocket.min-idle", whole(0, 128), "0",
                "Idle upstream connections of an account that are kept whatever its load.");
        fixed("websocket.max-idle", whole(0, 128), "12", "Most idle upstream connections of an account that no client keeps.");
        fixed("websocket.utilization", decimal(0.01, 1), "0.7",
                "Busy share of an account's connections that the pool aims at: more are closed once idle.");
        fixed("websocket.waiters", whole(0, 1_000_000), "100", "Most requests that may wait for a connection of an account.");
        fixed("websocket.wait", duration("0s", "1h"), "10s", "How long they wait.");
        fixed("websocket.idle-keep", duration("0s", "24h"), "5m",
                "How long an idle connection is kept that the pool has no need of.");
        fixed("websocket.retire", duration("1s", "24h"), "55m", "Age at which an upstream connection is closed between turns.");
        fixed("websocket.ping-after", duration("1s", "24h"), "90s",
                "Idle time after which a connection is tried before it is reused.");
        fixed("websocket.pong-wait", duration("10ms", "10m"), "2s", "How long that trial may take.");
        key("websocket.first-message", duration("10ms", "1h"), "30s", "How long a client may take to its first message.");
        key("websocket.client-idle", duration("1s", "24h"), "1h", "How long a client's connection may be idle between two turns.");
        key("websocket.client-connections", whole(0, 1_000_000), "1000", "Most open connections of one client; 0: no limit.");
        key("websocket.unavailable", duration("0s", "24h"), "10m",
                "How long a session is told to use HTTP after its model had no account with WebSocket.");
    }

    private void rest() {
        fixed("upstream.max-idle", whole(0, 100_000), "64",
                "Most idle HTTP connections kept for an account; all accounts together keep no more than the open files allow.");
        fixed("upstream.idle-timeout", duration("100ms", "1h"), "55s", "How long an idle connection is kept.");
        fixed("upstream.header", size(1024, MIB), "64KiB", "Largest head of an answer.");
        fixed("upstream.ca", file(), "", "PEM file of certificate authorities to trust instead of Java's.");
        fixed("modules.body", text(TextRule.PROVIDER), "splice", "Reads and edits request bodies: `splice` or `tree`.");
        fixed("modules.collector", text(TextRule.PROVIDER), "sized", "Collects the bytes of request bodies: `sized` or `growing`.");
        fixed("modules.relay", text(TextRule.PROVIDER), "batching", "Relays streams: `batching` or `per-line`.");
        fixed("modules.answer", text(TextRule.PROVIDER), "streaming", "Relays JSON answers: `streaming` or `buffered`.");
        fixed("modules.streams", text(TextRule.PROVIDER), "loop",
                "Runs light requests and the relays of streams: on event loops, or `shared`.");
        fixed("modules.scheduler", text(TextRule.PROVIDER), "layered", "Chooses accounts: `layered`, `sorting` or `decoding`.");
        fixed("modules.upstream", text(TextRule.PROVIDER), "direct", "Calls accounts by HTTP: `direct` or `webclient`.");
        fixed("modules.websocket", text(TextRule.PROVIDER), "websocket", "Calls accounts by WebSocket.");
        fixed("modules.seats", text(TextRule.PROVIDER), "lean", "Seats of the WebSocket pool: `lean` or `sweeping`.");
        fixed("modules.state", text(TextRule.PROVIDER), "local", "Keeps sessions, owners of stored objects, rests and sums.");
        fixed("modules.usage", text(TextRule.PROVIDER), "log",
                "Keeps usage records: `log` in files of JSON lines, or `sqlite` in a database.");
        fixed("usage.path", file(), "",
                "File for usage records, which `sluice usage` sums up: JSON lines, or the database of `modules.usage: sqlite`. "
                + "Empty: none are kept. What budgets have spent is kept beside `state.path`, or else beside this file.");
        fixed("usage.rotate", size(1024, 1L << 40), "100MiB", "Size at which `log` begins a new file.");
        fixed("usage.keep", whole(1, 10_000), "5", "How many old files `log` keeps.");
        fixed("usage.keep-days", whole(0, 100_000), "0", "How many days `sqlite` keeps rows. 0: for ever.");
        fixed("usage.keep-rows", whole(0, 1_000_000_000_000L), "0", "How many rows `sqlite` keeps, the newest. 0: all.");
        fixed("usage.time-zone", text(TextRule.ZONE), "UTC", "Where days and months of budgets and of `sluice usage` begin, "
                + "such as `Europe/Berlin`.");
        key("usage.settle-background", durationOrOff("1s", "24h"), "2m",
                "How long after background work was made the gateway asks its account for what it used, if no client has.");
        key("usage.price-file", file(), "",
                "Prices in the form of LiteLLM's `model_prices_and_context_window.json`; rows of `usage.prices` win over it.");
        required("usage.prices[].model", text(TextRule.MODEL),
                "Model at the upstream; a trailing `*` matches any ending. The first price that fits counts.");
        key("usage.prices[].input", decimal(0, 1e6), "0", "Dollars for a million input tokens.");
        key("usage.prices[].tier", text(TextRule.PROVIDER), "",
                "The service tier that this price is for, such as `flex` or `priority`. Default: the usual one.");
        key("usage.prices[].above-tokens", whole(0, 1_000_000_000), "0", "Holds for prompts of more input tokens than these.");
        key("usage.prices[].cached-input", decimal(0, 1e6), "", "Dollars for a million cached input tokens. Default: as `input`.");
        key("usage.prices[].cache-write", decimal(0, 1e6), "",
                "Dollars for a million input tokens written to the prompt cache. Default: as `input`.");
        key("usage.prices[].output", decimal(0, 1e6), "0", "Dollars for a million output tokens, reasoning included.");
        fixed("state.path", file(), "",
                "File for sessions, owners of stored objects, rests and sums (hashes and names of the configuration only); empty: "
                + "they are lost at a restart. Files beside it whose names begin the same belong to it.");
        fixed("state.save-every", duration("100ms", "24h"), "1m", "How often it is written; sums are written at once.");
        fixed("state.owner-ttl", duration("1m", "3650d"), "30d",
                "How long it is remembered which client made a response, a conversation or a file, after its last use.");
        fixed("state.max-owners", whole(1, 100_000_000), "500000",
                "Most of these that are remembered, shared out equally among the clients; one takes 32 bytes or less.");
        fixed("state.unknown-owner", choice("refuse", "allow"), "refuse",
                "What becomes of a request for one that is not remembered: `refuse`: with more than one client it does not exist "
                + "(404), a single client's accounts are asked in turn. `allow`: every client's accounts are asked, so that clients can "
                + "reach each other's.");
        key("log.requests", choice("text", "json", "off"), "text",
                "Form of the line for each request; with `json`, all other lines are JSON, too.");
        key("log.level", choice("error", "warning", "info", "debug"), "info", "Least level of all other lines.");
    }
}
