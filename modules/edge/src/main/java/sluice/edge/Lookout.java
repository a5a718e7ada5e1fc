package sluice.edge;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import sluice.http1.HttpInput;
import sluice.net.Link;
import sluice.net.ReadPoller;

/**
 * Has a client watched while its request is answered, so that one that leaves is noticed: the poller is asked to tell when there is
 * something to read, and only then, or where there is no poller, a {@link ClientWatch} reads. A request that is over before
 * {@link #begin} pays nothing for it. One for each connection. Thread-safe.
 */
final class Lookout {
    /** What stands in {@link #state} besides {@link Armed} and {@link ClientWatch}. */
    private enum Rest { NOT_NOW, ALLOWED }

    /** The poller tells when there is something to read from the client. */
    private static final class Armed {
        private volatile ReadPoller.Registration order = () -> { };

        private void takeBack() {
            order.close();
        }
    }

    private final Link link;
    private final HttpInput input;
    private final Runnable onGone;
    /** {@code NOT_NOW} until the body has been read, {@code ALLOWED} until the request lasts, {@link Armed}, {@link ClientWatch}. */
    private final AtomicReference<Object> state = new AtomicReference<>(Rest.NOT_NOW);

    /** {@code onGone} is called when the client of a request has left, on another thread than the request's. */
    Lookout(Link link, HttpInput input, Runnable onGone) {
        this.link = link;
        this.input = input;
        this.onGone = onGone;
    }

    /** From now on nobody else reads the input, so that it may be watched. */
    void allow() {
        state.set(Rest.ALLOWED);
    }

    /** The request lasts: its client is watched from now on, if that is allowed and not so already. */
    void begin() {
        if (state.get() != Rest.ALLOWED) {
            return;
        }
        Armed armed = new Armed();
        if (!state.compareAndSet(Rest.ALLOWED, armed)) {
            return;
        }
        Optional<ReadPoller.Registration> order = link.whenReadable(() -> read(armed));
        if (order.isEmpty()) {
            read(armed);
            return;
        }
        armed.order = order.get();
        if (state.get() != armed) {
            armed.takeBack();
        }
    }

    private void read(Armed armed) {
        ClientWatch started = new ClientWatch(input, onGone);
        if (state.compareAndSet(armed, started)) {
            Thread.ofVirtual().name("client-watch").start(started);
        }
    }

    /** No watch begins any more. Returns the one that may still read: the input is free when it is done. */
    Optional<ClientWatch> end() {
        Object before = state.getAndSet(Rest.NOT_NOW);
        if (before instanceof Armed armed) {
            armed.takeBack();
        }
        return before instanceof ClientWatch reading ? Optional.of(reading) : Optional.empty();
    }
}
