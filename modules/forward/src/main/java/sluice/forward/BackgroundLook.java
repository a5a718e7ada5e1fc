package sluice.forward;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import sluice.api.Account;
import sluice.api.AnswerRelay;
import sluice.api.ByteSource;
import sluice.api.Cancellation;
import sluice.api.Headers;
import sluice.api.OutboundBody;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.api.Upstream;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult;
import sluice.clients.BackgroundUsage;
import sluice.clients.Pending;

/** Asks the account that does background work for its response, and reads the usage in it. Thread-safe. */
final class BackgroundLook implements BackgroundUsage {
    private static final long LIMIT_NANOS = Duration.ofSeconds(30).toNanos();

    private final Upstream upstream;
    private final AnswerRelay answers;
    private final RelayOptions options;
    private final Supplier<List<Account>> accounts;

    BackgroundLook(Upstream upstream, AnswerRelay answers, RelayOptions options, Supplier<List<Account>> accounts) {
        this.upstream = upstream;
        this.answers = answers;
        this.options = options;
        this.accounts = accounts;
    }

    @Override
    public Found of(Pending pending) {
        Optional<Account> account = accounts.get().stream().filter(one -> one.name().equals(pending.whose().account())).findFirst();
        if (account.isEmpty()) {
            return new Found.Gone();
        }
        UpstreamRequest request = new UpstreamRequest(account.get(), "GET", "/responses/" + pending.responseId(),
                HeaderPolicy.toUpstream(Headers.EMPTY, account.get(), false), OutboundBody.EMPTY, LIMIT_NANOS, LIMIT_NANOS, "", 0,
                new Cancellation());
        return switch (upstream.send(request)) {
            case UpstreamResult.Unreachable unreached -> new Found.NotYet();
            case UpstreamResult.Answered answer -> {
                try (ByteSource body = answer.body()) {
                    if (answer.status() == 404) {
                        yield new Found.Gone();
                    }
                    if (answer.status() != 200) {
                        yield new Found.NotYet();
                    }
                    RelayOutcome outcome = answers.relay(body, (bytes, offset, length, boundary) -> { }, options);
                    yield outcome instanceof RelayOutcome.Completed(RelayOutcome.Report report) && report.usage().total() > 0
                            ? new Found.Ended(report.usage(), report.serviceTier()) : new Found.NotYet();
                }
            }
        };
    }
}
