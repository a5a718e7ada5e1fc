package sluice.clients;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import sluice.api.BodyEdit;
import sluice.api.GatewayError;
import sluice.api.JsonValue;
import sluice.api.OutboundBody;
import sluice.api.RequestBody;
import sluice.api.RequestBody.Field;
import sluice.api.TokenUsage;
import sluice.config.ClientPolicy;
import sluice.config.Configuration;
import sluice.config.ConfigurationLoader;
import sluice.config.ModelPrice;
import sluice.config.Quota;
import sluice.config.TeamPolicy;
import sluice.config.UsageSettings;
import sluice.records.RequestRecord;

/** Where a client of a team asks, pays and is restarted, at a dollar for each token and at one moment of time. */
final class Desk {
    static final long NOON = Instant.parse("2026-02-10T12:00:00Z").toEpochMilli();
    private static final String CLIENT = "team-a";
    private static final String TEAM = "research";
    private static final String ACCOUNT = "main";

    private final Path file;
    private final Quota.Budget budget;
    private final Allowances allowances = new Allowances();
    private final SpendingFile store;
    private final Settlement settlement;
    private final Admission admission;
    private final ClientAuthenticator.Outcome.Known known;
    private final List<RequestRecord> lost = new ArrayList<>();
    private long now = NOON;
    private int number;

    Desk(Path file, Quota.Budget budget) throws IOException {
        this.file = file;
        this.budget = budget;
        Configuration configuration = configuration(budget);
        store = new SpendingFile(file, allowances);
        settlement = new Settlement(allowances, store, configuration, () -> now * 1_000_000, () -> now);
        store.restore(new SpendingRecovery(settlement), lost::add, () -> { });
        admission = new Admission(settlement);
        Clients clients = new Clients(allowances);
        ClientPolicy policy = configuration.clients().getFirst();
        known = new ClientAuthenticator.Outcome.Known(clients.of(CLIENT), policy, List.of(
                new Party(clients.of(CLIENT).allowance(), policy.quota()),
                new Party(allowances.of(Allowance.Kind.TEAM, TEAM), Quota.OPEN)));
    }

    private static Configuration configuration(Quota.Budget budget) {
        Configuration plain = ConfigurationLoader.defaults();
        ClientPolicy client = new ClientPolicy(CLIENT, TEAM, ClientPolicy.Access.CLOSED, List.of(),
                new Quota(0, 0, 0, budget), new ClientPolicy.Extras(true, false));
        UsageSettings usage = new UsageSettings(Map.of(), List.of(ModelPrice.of("*", 1e6, 1e6, 1e6)), Map.of(),
                plain.usage().timeZone(), Duration.ofMinutes(1));
        return new Configuration(plain.server(), plain.limits(), List.of(client), List.of(new TeamPolicy(TEAM, Quota.OPEN)),
                plain.accounts(), plain.scheduler(), plain.slotWait(), plain.stream(), plain.failover(), plain.upstream(),
                plain.webSocket(), plain.modules(), usage, plain.state(), plain.log());
    }

    /** The next process, which finds what this one kept. */
    Desk restarted() throws IOException {
        close();
        return new Desk(file, budget);
    }

    /** The next process, after this one was killed at this moment: it finds the files as they are now. */
    Desk killed(Path elsewhere) throws IOException {
        Files.createDirectories(elsewhere);
        Path there = elsewhere.resolve(file.getFileName());
        String before;
        do {
            before = version();
            for (String end : List.of("", ".0")) {
                Files.copy(file.resolveSibling(file.getFileName() + end), elsewhere.resolve(there.getFileName() + end),
                        StandardCopyOption.REPLACE_EXISTING);
            }
            // Two files at one moment: as nothing was written between.
        } while (!before.equals(version()));
        Desk next = new Desk(there, budget);
        close();
        return next;
    }

    private String version() throws IOException {
        return Files.getAttribute(file, "unix:ino") + " " + Files.size(file);
    }

    /** The file of sums. */
    Path file() {
        return file;
    }

    /** Requests that a killed process had under way, as this one recorded them. */
    List<RequestRecord> lost() {
        return lost;
    }

    /** An account is asked. */
    void sends(Ticket ticket) {
        ticket.record().account = ACCOUNT;
        ticket.record().upstreamModel = "gpt";
        ticket.record().sent(1);
    }

    void close() {
        store.close();
    }

    /** A body of that many bytes. */
    static RequestBody body(int bytes, int maxOutputTokens, boolean background) {
        return new RequestBody() {
            @Override
            public int length() {
                return bytes;
            }

            @Override
            public JsonValue field(Field field) {
                return switch (field) {
                    case MODEL -> JsonValue.string("gpt");
                    case MAX_OUTPUT_TOKENS -> new JsonValue(JsonValue.Kind.NUMBER, Integer.toString(maxOutputTokens));
                    case BACKGROUND -> background ? JsonValue.TRUE : JsonValue.FALSE;
                    default -> JsonValue.ABSENT;
                };
            }

            @Override
            public JsonValue at(String path) {
                return JsonValue.ABSENT;
            }

            @Override
            public boolean isRepeated(Field field) {
                return false;
            }

            @Override
            public boolean hasEncryptedContent() {
                return false;
            }

            @Override
            public OutboundBody edited(List<BodyEdit> edits) {
                throw new UnsupportedOperationException("nothing is sent from here");
            }
        };
    }

    private Ticket entered() {
        RequestRecord record = new RequestRecord("req_" + ++number, now, now * 1_000_000);
        record.client = CLIENT;
        record.model = "gpt";
        record.route = "POST /v1/responses";
        return assertInstanceOf(Admission.Outcome.Admitted.class, admission.enter(known, record, now * 1_000_000)).ticket();
    }

    Admission.Outcome asks(RequestBody body) {
        Ticket ticket = entered();
        return switch (ticket.claim(body, "gpt", now * 1_000_000)) {
            case Admission.Claimed.Within within -> new Admission.Outcome.Admitted(ticket);
            case Admission.Claimed.Beyond(GatewayError error) -> {
                ticket.close();
                yield new Admission.Outcome.Refused(error);
            }
        };
    }

    Ticket admitted(RequestBody body) {
        return assertInstanceOf(Admission.Outcome.Admitted.class, asks(body)).ticket();
    }

    RequestRecord ends(Ticket ticket, int status, String responseId, TokenUsage usage) {
        sends(ticket);
        ticket.record().responseId = responseId;
        ticket.record().usage = usage;
        return endsUnsent(ticket, status);
    }

    RequestRecord endsUnsent(Ticket ticket, int status) {
        ticket.record().status = status;
        ticket.close();
        return ticket.record();
    }

    RequestRecord reads(String route, String responseId, TokenUsage usage) {
        Ticket ticket = entered();
        ticket.record().route = route;
        ticket.record().model = "";
        ticket.reads(responseId);
        return ends(ticket, 200, responseId, usage);
    }

    /** An hour later the gateway looks, and finds this; returns what it settled. */
    List<RequestRecord> looks(BackgroundUsage.Found found) {
        now += Duration.ofHours(1).toMillis();
        List<RequestRecord> settled = new ArrayList<>();
        BackgroundSettler settler = new BackgroundSettler(settlement, pending -> found, settled::add, () -> now * 1_000_000);
        settler.lookAfter(Duration.ofMinutes(1).toMillis());
        settler.look();
        return settled;
    }

    Spending.Sums sums() {
        return known.client().allowance().spending().at(settlement.books().calendar().dayOf(NOON));
    }

    Spending.Sums account() {
        return allowances.of(Allowance.Kind.ACCOUNT, ACCOUNT).spending().at(settlement.books().calendar().dayOf(NOON));
    }

    Spending.Sums team() {
        return allowances.of(Allowance.Kind.TEAM, TEAM).spending().at(settlement.books().calendar().dayOf(NOON));
    }
}
