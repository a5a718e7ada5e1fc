package sluice.forward;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import sluice.api.GatewayError;
import sluice.api.RequestBody;
import sluice.api.RequestBody.Field;
import sluice.clients.ClientAuthenticator;
import sluice.clients.Party;
import sluice.http1.RequestHead;
import sluice.responses.Check;
import sluice.responses.RequestCheck;
import sluice.responses.Route;

/**
 * What holds at paths that the gateway does not know and passes on ({@code server.forward-other}): nobody knows what happens there, so
 * what would let a client past its limits, or to what is another's, is refused. Stateless.
 */
final class PassedOn {
    /** These ask for no work: what they tell of its use was charged when it was done. */
    static final Set<String> ASKS_FOR_NO_WORK = Set.of("DELETE", "GET", "HEAD");
    /** TRACE would tell a client the account's key. */
    private static final Set<String> METHODS = new TreeSet<>(Set.of("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"));
    /** They list what every client of an account has made. */
    private static final Set<String> LISTS = Set.of("/assistants", "/audio/voice_consents", "/audio/voices", "/batches",
            "/chat/completions", "/chatkit/threads", "/containers", "/conversations", "/evals", "/files", "/fine_tuning/jobs",
            "/messages/batches", "/prompts", "/skills", "/threads", "/uploads", "/vector_stores", "/videos");
    /** What stands behind the name of a list and is no id. */
    private static final Set<String> WORDS = Set.of("characters", "edits", "extensions", "generations", "runs");
    /** They tell of the operator, its members and its bills, or make keys that work without the gateway. */
    private static final Pattern OF_THE_OPERATOR = Pattern.compile("/(accounts?|activity|api_keys|auth|billing|chatkit/sessions|credits|"
            + "dashboard|keys?|me|organizations?|projects|realtime|usage|users?|webhooks)(/.*)?");
    /** What they start goes on elsewhere and later, with the model that is named there, and nobody tells what it used. */
    private static final Pattern RUNS_ELSEWHERE = Pattern.compile("/(batches|messages/batches|evals/[^/]+/runs|fine_tuning/.*)");
    /** Nothing runs there: they only keep what they are given. */
    private static final Pattern KEEPS = Pattern.compile("/(containers|conversations|files|prompts|skills|uploads|vector_stores)(/.*)?"
            + "|/threads(/(?!runs)[^/]+(/messages(/.*)?)?)?|.*/cancel");
    /** They name a model in the path. */
    private static final Pattern NAMES_MODEL = Pattern.compile(".*/(engines|deployments)(/.*)?");
    /** Nothing in it is tried twice: a body may be as long as bodies may be. */
    private static final Pattern MODEL_IN_FORM = Pattern.compile("name\\s*+\\*?+=\\s*+\"?+\\s*+model\\b", Pattern.CASE_INSENSITIVE);
    private static final String VERSION = "/v1/";

    private PassedOn() {
    }

    /** Whether a request may be passed on, as far as its head tells. */
    static Check refusal(InForce now, Exchange exchange, ClientAuthenticator.Outcome.Known known) {
        String path = exchange.head().path();
        boolean several = now.pool().owners().refusesUnknown();
        if (exchange.target().route() == Route.DELETE_MODEL && (several || !now.policy().otherPaths().passes(path))) {
            exchange.answer().allow("GET");
            return Check.refused(GatewayError.client(405, "method_not_allowed", "DELETE is not possible here; use GET. A model is the"
                    + " operator's: server.forward-other passes this on for a single client only."));
        }
        if (!path.startsWith(VERSION) || !now.policy().otherPaths().passes(path) || !known.policy().otherPaths()) {
            return Check.refused(unknown(path, "Sluice serves /v1/responses and /v1/models; server.forward-other passes other paths on,"
                    + " for clients that may use them (clients[].other-paths)."));
        }
        if (!METHODS.contains(exchange.head().method())) {
            exchange.answer().allow(String.join(", ", METHODS));
            return Check.refused(GatewayError.client(405, "method_not_allowed", exchange.head().method() + " is never passed on; "
                    + String.join(", ", METHODS) + " are."));
        }
        String below = below(exchange.head());
        if (OF_THE_OPERATOR.matcher(below).matches()) {
            return Check.refused(unknown(path, "It tells of the account's owner."));
        }
        boolean reads = exchange.head().isSafe();
        if (reads && several && LISTS.contains(below.replaceAll("/+$", ""))) {
            return Check.refused(unknown(path, "It lists what all clients have made (state.unknown-owner: refuse)."));
        }
        if (!reads && RUNS_ELSEWHERE.matcher(below).matches() && isBounded(known)) {
            return Check.refused(unknown(path, "What it starts would run out of sight of this key's models, tokens and budget."));
        }
        return NAMES_MODEL.matcher(below).matches() || queryNamesModel(exchange.head().query())
                ? AllowedModels.open(known.policy().models(), "the request names one outside of its body") : Check.PASSED;
    }

    /** Whether there is a limit to what it may use. */
    private static boolean isBounded(ClientAuthenticator.Outcome.Known known) {
        return !known.policy().models().isEmpty() || known.parties().stream().map(Party::quota)
                .anyMatch(quota -> quota.tokensPerMinute() > 0 || !quota.budget().isOpen());
    }

    /** What a request names outside of its body that an account keeps: where an id stands, anything is one. */
    static List<String> named(RequestHead head) {
        List<String> named = new ArrayList<>(StoredIds.inPath(head.path()));
        String below = head.path().substring(VERSION.length() - 1);
        for (String list : LISTS) {
            if (below.toLowerCase(Locale.ROOT).startsWith(list + "/")) {
                String id = below.substring(list.length() + 1).split("/", 2)[0];
                if (!id.isEmpty() && !named.contains(id) && !WORDS.contains(id)) {
                    named.add(id);
                }
            }
        }
        return named;
    }

    private static boolean queryNamesModel(String query) {
        for (String part : query.toLowerCase(Locale.ROOT).split("[?&;]")) {
            String name = part.split("=", 2)[0];
            // A name that is encoded could be any.
            if (name.contains("%") || name.equals("model") || name.startsWith("model[")) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether a request may be passed on, as far as its body tells.
     *
     * @param json the body, if it is a JSON object
     */
    static Check refusal(ClientAuthenticator.Outcome.Known known, RequestHead head, Optional<RequestBody> json,
            byte[] bytes, int length) {
        if (BodyEncoding.check(head.headers(), bytes, length) instanceof Check.Refused refused) {
            return refused;
        }
        if (json.isPresent()) {
            return RequestCheck.ambiguous(json.get()).or(() -> modelMissing(known, head, json.get()))
                    .or(() -> AllowedModels.of(known.policy().models(), json.map(Purpose::modelOf).orElse("")));
        }
        if (known.policy().models().isEmpty() || length == 0) {
            return Check.PASSED;
        }
        // The parts of a form may spell their names in many ways: it is passed on only where nothing runs, whatever it names.
        boolean kept = BodyEncoding.isMultipart(head.headers()) && KEEPS.matcher(below(head)).matches()
                && !MODEL_IN_FORM.matcher(new Latin1(bytes, 0, length)).find();
        return kept ? Check.PASSED
                : AllowedModels.open(known.policy().models(), "which one the request asks for cannot be told from its body");
    }

    /** Whether a model may run, and be billed, though the gateway does not see which. */
    static boolean mayRun(RequestHead head) {
        return !ASKS_FOR_NO_WORK.contains(head.method()) && !KEEPS.matcher(below(head)).matches();
    }

    /** What is behind the version, in small letters. */
    private static String below(RequestHead head) {
        return head.path().substring(VERSION.length() - 1).toLowerCase(Locale.ROOT);
    }

    /** Where something runs, the account would choose a model that the request does not name. */
    private static Check modelMissing(ClientAuthenticator.Outcome.Known known, RequestHead head, RequestBody body) {
        boolean named = body.field(Field.MODEL).isText() || KEEPS.matcher(below(head)).matches();
        return named ? Check.PASSED
                : AllowedModels.open(known.policy().models(), "the request names none, so that the account would choose it");
    }

    /** Bytes as characters, without a copy of a body that its budget knows nothing of. */
    private record Latin1(byte[] bytes, int from, int to) implements CharSequence {
        @Override
        public int length() {
            return to - from;
        }

        @Override
        public char charAt(int index) {
            return (char) (bytes[from + index] & 0xFF);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Latin1(bytes, from + start, from + end);
        }
    }

    /** Where a request goes: to what it names in its path, or else to what it names of its client's in its body. */
    static String boundTo(ResponseOwners owners, String client, List<String> inPath, Collection<String> inBody) {
        return inPath.stream().filter(id -> owners.isOwned(client, id)).findFirst()
                .or(() -> inPath.stream().findFirst())
                .or(() -> inBody.stream().filter(id -> owners.isOwned(client, id)).findFirst()).orElse("");
    }

    private static GatewayError unknown(String path, String why) {
        return GatewayError.client(404, "unknown_path", "There is no " + path + " here. " + why);
    }
}
