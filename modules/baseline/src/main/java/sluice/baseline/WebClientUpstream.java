package sluice.baseline;

import io.helidon.common.tls.Tls;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.webclient.api.HttpClientRequest;
import io.helidon.webclient.api.HttpClientResponse;
import io.helidon.webclient.api.WebClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;
import sluice.api.Account;
import sluice.api.Headers;
import sluice.api.OutboundBody;
import sluice.api.Upstream;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult;
import sluice.api.UpstreamSettings;

/**
 * Calls accounts through Helidon's WebClient, one client for each account: a general client does the work of
 * {@code direct}, at its price. Proxies and own certificate authorities are not offered. Thread-safe.
 */
public final class WebClientUpstream implements Upstream {
    /** Provider of the name {@code webclient}. */
    public static final class Factory implements Upstream.Factory {
        /** For the service loader. */
        public Factory() {
            // nothing to set up
        }

        @Override
        public String name() {
            return "webclient";
        }

        @Override
        public Upstream create(UpstreamSettings settings) {
            return new WebClientUpstream(settings);
        }
    }

    /** The client's own limit where none is asked for: it knows no "never". */
    private static final Duration LONGEST = Duration.ofDays(1);

    private record Client(Account account, WebClient web) { }

    private final UpstreamSettings settings;
    private final Map<String, Client> clients = new ConcurrentHashMap<>();

    private WebClientUpstream(UpstreamSettings settings) {
        this.settings = settings;
    }

    @Override
    public UpstreamResult send(UpstreamRequest request) {
        boolean sent = false;
        try {
            HttpClientRequest call = prepare(request);
            byte[] body = joined(request.body());
            sent = true;
            HttpClientResponse answer = body.length == 0 ? call.request() : call.submit(body);
            request.cancellation().onCancel(answer::close);
            return new UpstreamResult.Answered(answer.status().code(), headers(answer),
                    new WebClientSource(answer, request.cancellation(), settings, request.idleNanos()), false, 0);
        } catch (UncheckedIOException e) {
            return unreachable(request, sent, e.getCause());
        } catch (IOException e) {
            return unreachable(request, sent, e);
        } catch (IllegalStateException | IllegalArgumentException e) {
            return new UpstreamResult.Unreachable(sent, UpstreamResult.Kind.FRAMING, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            // Helidon tells an answer that ends inside its head by an exception of its own.
            return unreachable(request, sent, new IOException(e));
        }
    }

    private HttpClientRequest prepare(UpstreamRequest request) {
        Account account = request.account();
        HttpClientRequest call = clientOf(account).method(Method.create(request.method()))
                .skipUriEncoding(true)
                .uri(account.endpoint().baseUrl().toString().split("[?]", 2)[0] + request.wholeTarget())
                .readTimeout(request.headersNanos() == 0 ? LONGEST : Duration.ofNanos(request.headersNanos()));
        for (int i = 0; i < request.headers().size(); i++) {
            call.header(HeaderValues.create(request.headers().name(i), request.headers().value(i)));
        }
        if (!account.endpoint().apiKey().isEmpty()) {
            call.header(HeaderNames.AUTHORIZATION, "Bearer " + account.endpoint().apiKey().reveal());
        }
        return call;
    }

    private WebClient clientOf(Account account) {
        return clients.compute(account.name(), (name, before) -> before != null && before.account() == account ? before
                : new Client(account, WebClient.builder()
                        .connectTimeout(account.endpoint().timeouts().connect())
                        .followRedirects(false)
                        .sendExpectContinue(false)
                        .shareConnectionCache(false)
                        .connectionCacheSize(settings.idle().perAccount())
                        .tls(account.endpoint().baseUrl().getScheme().equals("https") ? Tls.create(builder -> { }) : noTls())
                        .servicesDiscoverServices(false)
                        .build())).web();
    }

    private static Tls noTls() {
        return Tls.builder().enabled(false).build();
    }

    private static byte[] joined(OutboundBody body) throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        body.writeTo(whole);
        return whole.toByteArray();
    }

    private static Headers headers(HttpClientResponse answer) {
        Headers.Builder headers = Headers.builder();
        answer.headers().forEach(header -> header.allValues().forEach(value -> headers.add(header.name(), value)));
        return headers.build();
    }

    private static UpstreamResult unreachable(UpstreamRequest request, boolean sent, IOException e) {
        String detail = String.valueOf(e.getMessage());
        if (request.cancellation().isCancelled()) {
            return new UpstreamResult.Unreachable(sent, UpstreamResult.Kind.CANCELLED, detail);
        }
        return switch (e) {
            case UnknownHostException host -> new UpstreamResult.Unreachable(false, UpstreamResult.Kind.DNS, detail);
            case ConnectException refused -> new UpstreamResult.Unreachable(false, UpstreamResult.Kind.CONNECT, detail);
            case SSLException tls -> new UpstreamResult.Unreachable(false, UpstreamResult.Kind.TLS, detail);
            case SocketTimeoutException late when detail.toLowerCase(java.util.Locale.ROOT).contains("connect") ->
                    new UpstreamResult.Unreachable(false, UpstreamResult.Kind.CONNECT, detail);
            case SocketTimeoutException late -> new UpstreamResult.Unreachable(sent, UpstreamResult.Kind.TIMEOUT, detail);
            default -> new UpstreamResult.Unreachable(sent, UpstreamResult.Kind.RESET, detail);
        };
    }

    @Override
    public void apply(List<Account> accounts) {
        clients.values().removeIf(client -> {
            boolean gone = !accounts.contains(client.account());
            if (gone) {
                client.web().closeResource();
            }
            return gone;
        });
    }

    @Override
    public void close() {
        apply(List.of());
    }
}
