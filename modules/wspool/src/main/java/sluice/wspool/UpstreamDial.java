package sluice.wspool;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import sluice.api.Account;
import sluice.api.Cancellation;
import sluice.api.Headers;
import sluice.api.Sweeper;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult.Kind;
import sluice.buffers.AnswerRoom;
import sluice.http1.HttpBody;
import sluice.http1.HttpInput;
import sluice.http1.ResponseHead;
import sluice.net.ByteBuilder;
import sluice.net.DialTarget;
import sluice.net.Dialed;
import sluice.net.Dialer;
import sluice.net.Link;
import sluice.net.WriteDeadline;
import sluice.websocket.WebSocketConnection;
import sluice.websocket.WebSocketHandshake;

/** Dials an account and does the WebSocket handshake, all within the account's limit for connecting. Thread-safe. */
final class UpstreamDial {
    /** Where an account has no limit of its own. */
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final int MAX_REFUSAL_BYTES = 64 * 1024;

    private final Dialer dialer;
    private final Sweeper sweeper;
    private final LongSupplier nanoClock;
    private final int maxHeaderBytes;
    private final int maxMessageBytes;
    /** Addresses that have let a WebSocket through: as many as the configuration ever had. */
    private final Set<URI> proven = ConcurrentHashMap.newKeySet();

    UpstreamDial(Dialer dialer, Sweeper sweeper, LongSupplier nanoClock, int maxHeaderBytes, int maxMessageBytes) {
        this.dialer = dialer;
        this.sweeper = sweeper;
        this.nanoClock = nanoClock;
        this.maxHeaderBytes = maxHeaderBytes;
        this.maxMessageBytes = maxMessageBytes;
    }

    /** What became of it. */
    sealed interface Outcome {
        record Open(WebSocketConnection socket, MessageMemory memory, Headers headers) implements Outcome { }

        record Refused(int status, Headers headers, byte[] body) implements Outcome { }

        record Failed(Kind kind, String detail) implements Outcome { }
    }

    /**
     * Opens a connection.
     *
     * @param headers for the handshake, besides the account's own
     */
    Outcome open(Account account, String target, Headers headers, Cancellation cancellation) {
        Duration limit = account.endpoint().timeouts().connect();
        long limitNanos = (limit.isZero() ? LONGEST : limit).toNanos();
        long start = nanoClock.getAsLong();
        DialTarget where = DialTarget.of(account.endpoint().baseUrl(), account.endpoint().proxy());
        return switch (dialer.dial(where, limitNanos, cancellation)) {
            case Dialed.Failed failed -> new Outcome.Failed(failed.kind(), failed.detail());
            case Dialed.Connected connected -> {
                AtomicBoolean late = new AtomicBoolean();
                Link link = new WriteDeadline(connected.link(), account.endpoint().timeouts().write().toNanos(), sweeper, nanoClock);
                Sweeper.Registration watch = sweeper.watch(now -> {
                    if (now - start >= limitNanos) {
                        late.set(true);
                        link.close();
                    }
                });
                try {
                    yield handshake(link, account, target, headers);
                } catch (IOException e) {
                    link.close();
                    yield late.get() && !cancellation.isCancelled() ? tooLate(account) : failed(e, cancellation);
                } finally {
                    watch.close();
                    cancellation.clear();
                }
            }
        };
    }

    private static Outcome failed(IOException e, Cancellation cancellation) {
        return cancellation.isCancelled() ? new Outcome.Failed(Kind.CANCELLED, "cancelled in the WebSocket handshake")
                : new Outcome.Failed(Kind.RESET, "the WebSocket handshake broke off: " + e.getMessage());
    }

    /**
     * Connected, and then silent: a way station that does not know WebSocket. Where there was one before it is only slow, and nobody
     * has to go without.
     */
    private Outcome tooLate(Account account) {
        return new Outcome.Failed(proven.contains(account.endpoint().baseUrl()) ? Kind.CONNECT : Kind.NO_WEBSOCKET,
                "the WebSocket handshake took too long");
    }

    private Outcome handshake(Link link, Account account, String target, Headers headers) throws IOException {
        String key = WebSocketHandshake.newKey();
        ByteBuilder request = new ByteBuilder(2048);
        WebSocketHandshake.request(account.endpoint().basePath() + UpstreamRequest.withQuery(account, target),
                account.endpoint().host(), key, own(account, headers), request);
        link.write(request.array(), 0, request.length());
        HttpInput input = new HttpInput(link, maxHeaderBytes);
        for (int i = 0; i < ResponseHead.MOST_INTERIM; i++) {
            Optional<ResponseHead> head = input.readResponseHead("GET");
            if (head.isEmpty()) {
                throw new IOException("closed without an answer");
            }
            switch (WebSocketHandshake.opened(head.get(), key)) {
                case WebSocketHandshake.Opened.Open open -> {
                    proven.add(account.endpoint().baseUrl());
                    MessageMemory memory = new MessageMemory(AnswerRoom.shared());
                    WebSocketConnection socket = WebSocketConnection.client(link, input, maxMessageBytes, memory, nanoClock);
                    return new Outcome.Open(socket, memory, head.get().headers());
                }
                case WebSocketHandshake.Opened.Broken broken -> {
                    link.close();
                    return new Outcome.Failed(Kind.NO_WEBSOCKET, broken.reason());
                }
                case WebSocketHandshake.Opened.Refused refused -> {
                    if (refused.status() >= 200) {
                        byte[] body = body(input.body(head.get().bodyBytes()));
                        link.close();
                        return new Outcome.Refused(refused.status(), head.get().headers(), body);
                    }
                }
            }
        }
        throw new IOException("only interim answers");
    }

    private static byte[] body(HttpBody body) throws IOException {
        byte[] bytes = new byte[4 * 1024];
        int length = 0;
        while (length < MAX_REFUSAL_BYTES) {
            int count = body.read(bytes, length, bytes.length - length);
            if (count < 0) {
                break;
            }
            length += count;
            if (length == bytes.length && length < MAX_REFUSAL_BYTES) {
                bytes = Arrays.copyOf(bytes, length * 2);
            }
        }
        return Arrays.copyOf(bytes, length);
    }

    /** What a request sends, without its body: the account's key is added, and its own headers, which a shared connection lacks. */
    private static Headers own(Account account, Headers headers) {
        Headers.Builder all = Headers.builder();
        for (int i = 0; i < headers.size(); i++) {
            if (!isOfBody(headers, i) && !account.endpoint().sets(headers, i)) {
                all.add(headers, i);
            }
        }
        account.endpoint().headers().forEach(all::add);
        if (!account.endpoint().apiKey().isEmpty()) {
            all.add("Authorization", "Bearer " + account.endpoint().apiKey().reveal());
        }
        return all.build();
    }

    /** A handshake has no body, nor has its answer. */
    private static boolean isOfBody(Headers headers, int index) {
        return headers.nameIs(index, "content-type") || headers.nameIs(index, "accept-encoding");
    }
}
