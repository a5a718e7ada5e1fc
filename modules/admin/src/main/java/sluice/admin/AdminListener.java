package sluice.admin;

import io.helidon.common.concurrency.limits.FixedLimit;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.context.Context;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.http.media.MediaContext;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.Router;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What Helidon's connections of the admin port have in common: HTTP/1.1, the routes, and how entities are read. Thread-safe. */
public final class AdminListener implements AutoCloseable {
    private final Router router;
    private final ServerConnectionSelector http1 = Http1ConnectionSelector.builder().config(Http1Config.create()).build();
    private final Limit requests = FixedLimit.create();
    private final ListenerConfig config = ListenerConfig.create();
    private final MediaContext media = MediaContext.create();
    private final ContentEncodingContext encodings = ContentEncodingContext.create();
    private final DirectHandlers errors = DirectHandlers.create();
    private final Context context = Context.create();
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

    /** A port that answers by these routes. */
    public AdminListener(HttpRouting.Builder routing) {
        router = Router.builder().addRouting(routing).build();
        router.beforeStart();
    }

    Router router() {
        return router;
    }

    ServerConnection over(ConnectionContext connection) {
        return http1.connection(connection);
    }

    /** Serves requests until the connection ends. */
    void serve(ServerConnection connection) throws InterruptedException {
        connection.handle(requests);
    }

    /** What Helidon knows of the port when a request comes by the connection that has {@code place}. */
    ListenerContext with(AdminPlaces.Place place) {
        Context own = Context.builder().parent(context).build();
        own.register(place);
        return new Shared(own);
    }

    @Override
    public void close() {
        router.afterStop();
        executor.shutdownNow();
    }

    private final class Shared implements ListenerContext {
        private final Context own;

        private Shared(Context own) {
            this.own = own;
        }

        @Override
        public Context context() {
            return own;
        }

        @Override
        public MediaContext mediaContext() {
            return media;
        }

        @Override
        public ContentEncodingContext contentEncodingContext() {
            return encodings;
        }

        @Override
        public DirectHandlers directHandlers() {
            return errors;
        }

        @Override
        public ListenerConfig config() {
            return config;
        }

        @Override
        public ExecutorService executor() {
            return executor;
        }
    }
}
