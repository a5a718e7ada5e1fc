package sluice.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import sluice.api.Account;
import sluice.api.BodyEdit;
import sluice.api.RelayOptions;
import sluice.api.SchedulerSettings;
import sluice.api.Secret;
import sluice.api.TurnPool;

/** Makes the records of a {@link Configuration} from values that are all right. Confined to one thread. */
final class ConfigurationMaker {
    private final Section root;
    private final List<ModelPrice> filePrices;

    private ConfigurationMaker(Values values, List<ModelPrice> filePrices) {
        root = new Section(values, "");
        this.filePrices = filePrices;
    }

    /** The configuration of {@code values}; {@code filePrices} are those of the price file. */
    static Configuration of(Values values, List<ModelPrice> filePrices) {
        ConfigurationMaker assembly = new ConfigurationMaker(values, filePrices);
        Section root = assembly.root;
        StreamSettings stream = assembly.stream(root.inner("stream"));
        return new Configuration(assembly.server(root.inner("server")), assembly.limits(root.inner("limits")),
                root.each("clients").map(assembly::client).toList(), root.each("teams").map(assembly::team).toList(),
                root.each("accounts").map(account -> assembly.account(account, stream.timeouts())).toList(),
                assembly.scheduler(root.inner("scheduler"), root.inner("failover")), root.duration("scheduler.wait.timeout"),
                stream,
                assembly.failover(root.inner("failover")), assembly.upstream(root.inner("upstream")),
                assembly.webSocket(root.inner("websocket")), modules(values),
                assembly.usage(root.inner("usage")),
                assembly.state(root.inner("state")),
                log(values));
    }

    private StateSettings state(Section s) {
        return new StateSettings(s.file("path"), s.duration("save-every"), s.duration("owner-ttl"), s.whole("max-owners"),
                s.choice("unknown-owner", StateSettings.UnknownOwner.class));
    }

    private ServerSettings server(Section s) {
        ServerSettings.Admin admin = new ServerSettings.Admin(s.text("admin.host"), s.whole("admin.port"),
                new ServerSettings.Access(s.secret("admin.token"), s.flag("admin.open")),
                s.flag("admin.probe"), tls(s, "admin.tls", Optional.empty()));
        return new ServerSettings(s.text("host"), s.whole("port"), admin, tls(s, "tls", s.file("tls.client-ca")),
                s.flag("http2"), s.flag("reuse-port"), s.duration("drain"),
                OtherPaths.of(s.texts("forward-other")), s.duration("idle-timeout"), s.duration("head-timeout"), s.duration("body-timeout"),
                s.whole("body-rate"), s.duration("models-cache"), s.flag("verify-edits"), s.duration("reload"), front(s));
    }

    private static Optional<ServerSettings.Tls> tls(Section s, String name, Optional<Path> clientCa) {
        return s.file(name + ".cert").flatMap(cert -> s.file(name + ".key").map(key ->
                new ServerSettings.Tls("server." + name, cert, key, clientCa)));
    }

    private static ServerSettings.Front front(Section s) {
        return new ServerSettings.Front(s.texts("trusted-proxies").stream().map(AddressRange::parse).toList(), s.text("forwarded-by"),
                s.flag("proxy-protocol"), s.text("base-path", ""), s.texts("cors.origins"));
    }

    private LimitSettings limits(Section s) {
        return new LimitSettings(s.whole("body"), s.large("bodies-in-flight"), s.duration("body-wait"),
                s.whole("concurrent-requests"), s.whole("connections"), s.whole("connections-per-address"),
                s.whole("reserve-percent"), s.whole("event"), s.whole("message"), s.whole("header"));
    }

    private ClientPolicy client(Section s) {
        Stream<KeyHash> hashes = s.texts("key-sha256").stream().map(KeyHash::parse);
        Instant expires = s.moment("expires").orElse(Instant.MAX);
        Stream<KeyHash> literal = Stream.of(s.secret("key")).filter(key -> !key.isEmpty()).map(key -> KeyHash.of(key.reveal()));
        return new ClientPolicy(s.text("name"), s.text("team", ""),
                new ClientPolicy.Access(Stream.concat(hashes, literal).map(hash -> new ClientPolicy.Key(hash, expires)).toList(),
                        s.texts("addresses").stream().map(AddressRange::parse).toList()),
                s.texts("models"), quota(s), new ClientPolicy.Extras(s.flag("other-paths"), s.flag("diagnostics")));
    }

    private TeamPolicy team(Section s) {
        return new TeamPolicy(s.text("name"), quota(s));
    }

    private static Quota quota(Section s) {
        return new Quota(s.whole("concurrency"), s.whole("requests-per-minute"), s.large("tokens-per-minute"), budget(s));
    }

    private static Quota.Budget budget(Section s) {
        return new Quota.Budget(s.decimal("budget-usd.day"), s.decimal("budget-usd.month"));
    }

    private Account account(Section s, Account.Timeouts general) {
        Section t = s.inner("timeouts");
        Account.Timeouts timeouts = new Account.Timeouts(t.duration("connect", general.connect()), t.duration("write", general.write()),
                t.duration("headers-streaming", general.headersStreaming()),
                t.duration("headers-whole", general.headersWhole()),
                t.duration("idle", general.idle()), t.duration("first-output", general.firstOutput()),
                t.duration("keepalive", general.keepalive()));
        List<Account.ModelRule> models = s.each("models")
                .map(rule -> new Account.ModelRule(rule.text("from"), rule.text("to", ""))).toList();
        var input = s.texts("input").stream()
                .map(word -> BodyEdit.InputCorrection.valueOf(word.replace('-', '_').toUpperCase(Locale.ROOT)))
                .collect(Collectors.toSet());
        Map<String, String> headers = new LinkedHashMap<>(s.table("headers"));
        String auth = s.text("auth");
        if (auth.startsWith("header ")) {
            headers.put(auth.substring("header ".length()), s.secret("api-key").reveal());
        }
        Secret bearer = auth.equals("bearer") ? s.secret("api-key") : new Secret("");
        return new Account(s.text("name"),
                new Account.Endpoint(withQuery(s.uri("base-url"), s.texts("query")), bearer, headers, s.optionalUri("proxy"), timeouts),
                new Account.Rank(s.whole("tier"), s.whole("priority"), s.whole("weight"), s.whole("concurrency")),
                new Account.Offer(models, s.text("organization", s.text("name")), s.choice("websocket", Account.WebSocketUse.class)),
                new Account.Edits("passthrough".equals(s.text("mode")), s.texts("remove"), s.table("set"), s.table("replace"), input));
    }

    private static URI withQuery(URI base, List<String> query) {
        return query.isEmpty() ? base : URI.create(base + "?" + String.join("&", query));
    }

    private SchedulerSettings scheduler(Section s, Section f) {
        Section w = s.inner("weights");
        Section st = s.inner("sticky");
        Section c = f.inner("cool-down");
        Section b = f.inner("breaker");
        return new SchedulerSettings(new SchedulerSettings.Scoring(s.whole("top-k"),
                new SchedulerSettings.Weights(w.decimal("priority"), w.decimal("load"), w.decimal("queue"), w.decimal("errors"),
                        w.decimal("ttft"), w.decimal("quota")),
                s.decimal("ewma-alpha")),
                new SchedulerSettings.Sticky(st.duration("ttl"), st.whole("max-entries"),
                        st.decimal("price-ms-per-1k-cached-tokens"), st.duration("error-cost"), st.duration("min-gain"),
                        st.decimal("hysteresis"), st.duration("max-ttft"), st.decimal("max-errors")),
                new SchedulerSettings.Failures(new SchedulerSettings.CoolDown(c.duration("first"), c.duration("unknown-max"),
                        c.duration("max"), c.duration("unauthorized"), c.duration("quota"),
                        c.duration("model-unserved"), c.whole("forbidden")),
                new SchedulerSettings.Breaker(b.whole("failures"), b.duration("open"), b.duration("max"))),
                new SchedulerSettings.Room(s.whole("wait.waiters"), s.whole("decisions")), SchedulerSettings.Clocks.SYSTEM);
    }

    private StreamSettings stream(Section s) {
        Account.Timeouts timeouts = new Account.Timeouts(s.duration("connect-timeout"), s.duration("write-timeout"),
                s.duration("headers-timeout-streaming"), s.duration("headers-timeout-whole"), s.duration("idle-timeout"),
                s.duration("first-output-timeout"), s.duration("keepalive"));
        return new StreamSettings(s.whole("buffer"), new StreamSettings.Early(s.duration("header-keepalive"), s.duration("json-keepalive")),
                timeouts,
                s.choice("on-disconnect", StreamSettings.OnDisconnect.class), s.duration("drain-time"), s.large("drain-bytes"),
                s.duration("stall-timeout"), s.duration("watch-after"), s.duration("after-terminal"), s.flag("server-timing"));
    }

    private FailoverSettings failover(Section s) {
        return new FailoverSettings(s.whole("max-attempts"), s.duration("deadline"),
                s.choice("commit", RelayOptions.Commit.class), s.whole("hold-bytes"), s.duration("hold-time"),
                s.choice("resend-after-send", FailoverSettings.ResendAfterSend.class),
                s.choice("encrypted-content", FailoverSettings.EncryptedContent.class), s.duration("stale-reset"));
    }

    private PoolSettings upstream(Section s) {
        return new PoolSettings(s.whole("max-idle"), s.duration("idle-timeout"), s.whole("header"), s.file("ca"));
    }

    private WebSocketPolicy webSocket(Section s) {
        TurnPool.Settings pool = new TurnPool.Settings(s.decimal("seats-per-slot"), s.whole("max-per-account"),
                s.whole("min-idle"), s.whole("max-idle"), s.decimal("utilization"), s.whole("waiters"), s.duration("wait"),
                s.duration("idle-keep"), s.duration("retire"), s.duration("ping-after"), s.duration("pong-wait"),
                root.whole("limits.event"));
        return new WebSocketPolicy(pool, s.duration("first-message"), s.duration("client-idle"),
                s.whole("client-connections"), s.duration("unavailable"));
    }

    /** What is chosen, also where something else is wrong. */
    static ModuleChoice modules(Values values) {
        UnaryOperator<String> name = key -> values.find("modules." + key, String.class).orElse(Keys.ALL.get("modules." + key).fallback());
        return ModuleChoice.by(name);
    }

    /** How lines are wanted, also where something else is wrong. */
    static LogSettings log(Values values) {
        return LogSettings.by(key -> values.find("log." + key, String.class).orElse(Keys.ALL.get("log." + key).fallback()));
    }

    private UsageSettings usage(Section s) {
        Map<String, String> sink = new TreeMap<>();
        s.file("path").ifPresent(path -> sink.put("path", path.toString()));
        sink.put("rotate", Long.toString(s.large("rotate")));
        sink.put("keep", Integer.toString(s.whole("keep")));
        sink.put("keep-days", Integer.toString(s.whole("keep-days")));
        sink.put("keep-rows", Long.toString(s.large("keep-rows")));
        List<ModelPrice> prices = new ArrayList<>();
        s.each("prices").forEach(price -> prices.add(price(price)));
        prices.addAll(filePrices);
        Map<String, Quota.Budget> accounts = root.each("accounts").filter(account -> !budget(account).isOpen())
                .collect(Collectors.toMap(account -> account.text("name"), ConfigurationMaker::budget));
        return new UsageSettings(sink, prices, accounts, ZoneId.of(s.text("time-zone")), s.duration("settle-background"));
    }

    private static ModelPrice price(Section s) {
        double input = s.decimal("input");
        return new ModelPrice(s.text("model"), s.text("tier", ""), s.large("above-tokens"), new ModelPrice.Rates(input,
                s.decimal("cached-input", input), s.decimal("cache-write", input), s.decimal("output")), s.path());
    }
}
