package sluice.server;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The signals that an operator sends: TERM and INT to end, HUP to reload. A shutdown hook cannot see a second TERM, so the
 * signals are taken here, and the main thread waits for them. Thread-safe.
 *
 * <p>The JDK's only API for signals is {@code sun.misc.Signal} of {@code jdk.unsupported}; it is called by reflection, because
 * the compiler has a warning for it that nothing silences.
 */
final class Signals {
    /** What a signal asks for. */
    enum Order { END, RELOAD }

    /** More than these at a time mean the same as one. */
    private static final int MAX_PENDING = 16;

    private final BlockingQueue<Order> pending = new LinkedBlockingQueue<>(MAX_PENDING);

    Signals() {
        on("TERM", Order.END);
        on("INT", Order.END);
        on("HUP", Order.RELOAD);
    }

    private void on(String name, Order order) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object offer = Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler},
                    (proxy, method, arguments) -> method.getName().equals("handle") ? offered(order) : proxy.hashCode());
            signal.getMethod("handle", signal, handler).invoke(null, signal.getConstructor(String.class).newInstance(name), offer);
        } catch (ReflectiveOperationException e) {
            System.getLogger("sluice.server").log(System.Logger.Level.WARNING, "signal " + name + " cannot be handled", e);
        }
    }

    private Object offered(Order order) {
        // A full queue holds more of the same already.
        boolean taken = pending.offer(order);
        System.getLogger("sluice.server").log(System.Logger.Level.DEBUG, taken ? "signal taken" : "signal dropped");
        return null;
    }

    /**
     * Waits for the next one.
     *
     * @param longest how long to wait; zero: for ever
     */
    Optional<Order> next(Duration longest) throws InterruptedException {
        return longest.isZero() ? Optional.of(pending.take())
                : Optional.ofNullable(pending.poll(longest.toNanos(), TimeUnit.NANOSECONDS));
    }
}
