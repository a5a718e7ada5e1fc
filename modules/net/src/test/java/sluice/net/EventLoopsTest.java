package sluice.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventLoopsTest {
    private final EventLoops loops = new EventLoops(2);
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private ServerSocket listener;

    /** Both ends of a connection; the near one is read on a loop. */
    private final class Pair implements LinkSource {
        private final SocketLink near;
        private final Socket far;

        private Pair() throws IOException {
            LoopSocket socket = new LoopSocket();
            socket.connect(listener.getLocalSocketAddress(), 1000);
            near = new SocketLink(socket);
            far = listener.accept();
        }

        @Override
        public Link link() {
            return near;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return near.read(target, offset, length);
        }

        @Override
        public boolean ready() throws IOException {
            return near.ready();
        }

        @Override
        public void abort() {
            near.close();
        }

        @Override
        public void close() {
            near.close();
        }
    }

    @BeforeEach
    void listen() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
        executor.close();
        loops.close();
    }

    private static <T> T unchecked(Callable<T> work) {
        try {
            return work.call();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] readAll(SocketLink link, int most) throws IOException {
        byte[] bytes = new byte[most];
        int length = 0;
        while (length < most) {
            int count = link.read(bytes, length, Math.min(1000, most - length));
            if (count < 0) {
                break;
            }
            length += count;
        }
        return java.util.Arrays.copyOf(bytes, length);
    }

    @Test
    void runsStreamsOnTheirLoopsThreads() throws IOException {
        try (Pair pair = new Pair()) {
            Thread thread = loops.run(pair, Thread::currentThread);
            assertTrue(thread.isVirtual());
            assertTrue(thread.getName().startsWith("sluice-loop-"), thread::getName);
            assertFalse(Thread.currentThread().getName().startsWith("sluice-loop-"));
        }
    }

    @Test
    void readsManyStreamsAtATimeByteForByte() throws Exception {
        List<Future<byte[]>> read = new ArrayList<>();
        List<byte[]> sent = new ArrayList<>();
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            byte[] bytes = new byte[30_000];
            new Random(i).nextBytes(bytes);
            Pair pair = new Pair();
            pairs.add(pair);
            sent.add(bytes);
            read.add(executor.submit(() -> loops.run(pair, () -> unchecked(() -> readAll(pair.near, bytes.length)))));
            executor.submit(() -> {
                Random random = new Random(bytes[0]);
                for (int at = 0; at < bytes.length;) {
                    int count = Math.min(1 + random.nextInt(3000), bytes.length - at);
                    pair.far.getOutputStream().write(bytes, at, count);
                    at += count;
                }
                return null;
            });
        }
        for (int i = 0; i < read.size(); i++) {
            assertArrayEquals(sent.get(i), read.get(i).get());
            pairs.get(i).close();
        }
    }

    @Test
    void goesToALoopAndBackAsOftenAsOneLikes() throws IOException {
        try (Pair pair = new Pair()) {
            byte[] b = new byte[10];
            for (int i = 0; i < 200; i++) {
                pair.far.getOutputStream().write(i);
                assertEquals(1, (int) loops.run(pair, () -> unchecked(() -> pair.near.read(b, 0, 10))));
                assertEquals((byte) i, b[0]);
                pair.far.getOutputStream().write(i + 1);
                assertEquals(1, pair.near.read(b, 0, 10));
                assertEquals((byte) (i + 1), b[0]);
                pair.near.write(b, 0, 1);
                assertEquals((byte) (i + 1), (byte) pair.far.getInputStream().read());
            }
        }
    }

    @Test
    void wakesAReaderWhoseSocketIsClosed() throws Exception {
        Pair pair = new Pair();
        CountDownLatch reading = new CountDownLatch(1);
        Future<Integer> read = executor.submit(() -> loops.run(pair, () -> unchecked(() -> {
            reading.countDown();
            return pair.near.read(new byte[1], 0, 1);
        })));
        reading.await();
        pair.close();
        assertThrows(Exception.class, read::get);
        assertEquals(-1, pair.far.getInputStream().read());
    }

    @Test
    void seesThePeersEnd() throws Exception {
        try (Pair pair = new Pair()) {
            pair.far.close();
            assertEquals(-1, (int) loops.run(pair, () -> unchecked(() -> pair.near.read(new byte[1], 0, 1))));
        }
    }

    @Test
    void writesMoreThanTheSocketTakesWhileOthersGoOn() throws Exception {
        try (Pair slow = new Pair(); Pair other = new Pair(); Pair third = new Pair()) {
            byte[] much = new byte[16 << 20];
            new Random(1).nextBytes(much);
            Future<Boolean> writing = executor.submit(() -> loops.run(slow, () -> unchecked(() -> {
                slow.near.write(much, 0, much.length);
                return true;
            })));
            for (Pair pair : List.of(other, third)) {
                pair.far.getOutputStream().write(7);
                assertEquals(1, (int) loops.run(pair, () -> unchecked(() -> pair.near.read(new byte[1], 0, 1))));
            }
            assertArrayEquals(much, slow.far.getInputStream().readNBytes(much.length));
            assertTrue(writing.get());
        }
    }

    @Test
    void aStreamThatNeverWaitsDoesNotStarveTheOthers() throws Exception {
        try (EventLoops one = new EventLoops(1); Pair busy = new Pair(); Pair other = new Pair()) {
            AtomicReference<Boolean> stop = new AtomicReference<>(false);
            Future<?> spinning = executor.submit(() -> one.run(busy, () -> {
                while (!stop.get()) {
                    Thread.yield();
                }
                return true;
            }));
            other.far.getOutputStream().write(7);
            assertEquals(1, (int) one.run(other, () -> unchecked(() -> other.near.read(new byte[1], 0, 1))));
            stop.set(true);
            spinning.get();
        }
    }

    @Test
    void passesOnWhatTheRelayThrows() throws IOException {
        try (Pair pair = new Pair()) {
            IllegalStateException thrown = new IllegalStateException("broken");
            assertSame(thrown, assertThrows(IllegalStateException.class, () -> loops.run(pair, () -> {
                throw thrown;
            })));
            assertThrows(AssertionError.class, () -> loops.run(pair, () -> {
                throw new AssertionError();
            }));
        }
    }

    @Test
    void anInterruptAbortsTheSource() throws Exception {
        Pair pair = new Pair();
        CountDownLatch reading = new CountDownLatch(1);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread caller = Thread.startVirtualThread(() -> {
            try {
                loops.run(pair, () -> unchecked(() -> {
                    reading.countDown();
                    return pair.near.read(new byte[1], 0, 1);
                }));
            } catch (RuntimeException e) {
                failure.set(e);
            }
        });
        reading.await();
        caller.interrupt();
        caller.join();
        assertTrue(failure.get() instanceof UncheckedIOException, () -> String.valueOf(failure.get()));
    }

    /** An accepted connection that {@code connection} serves; returns the client's end of it. */
    private Socket served(EventLoops by, Consumer<Socket> connection) throws IOException {
        try (ServerSocketChannel port = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            Socket client = new Socket();
            client.connect(port.getLocalAddress());
            Socket socket = by.socket(port.accept());
            by.serve(socket, () -> connection.accept(socket));
            return client;
        }
    }

    @Test
    void servesConnectionsOnALoopThatRelaysTheirStreamsToo() throws Exception {
        BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
        try (Pair upstream = new Pair(); Socket client = served(loops, socket -> unchecked(() -> {
            threads.add(Thread.currentThread());
            upstream.near.waitHere();
            threads.add(loops.run(upstream, Thread::currentThread));
            for (int read = socket.getInputStream().read(); read >= 0; read = socket.getInputStream().read()) {
                upstream.near.write(new byte[] {(byte) read}, 0, 1);
                byte[] answer = new byte[1];
                upstream.near.read(answer, 0, 1);
                socket.getOutputStream().write(answer[0]);
            }
            socket.close();
            return null;
        }))) {
            Thread connection = threads.take();
            assertTrue(connection.getName().startsWith("sluice-loop-"), connection::getName);
            assertSame(connection, threads.take());
            for (int i = 0; i < 100; i++) {
                client.getOutputStream().write(i);
                assertEquals(i, upstream.far.getInputStream().read());
                upstream.far.getOutputStream().write(i + 1);
                assertEquals(i + 1, client.getInputStream().read());
            }
            client.shutdownOutput();
            assertEquals(-1, client.getInputStream().read());
        }
    }

    /** A descriptor that is closed is another connection's at once: neither takes the other's place on the loop. */
    @Test
    void aConnectionThatIsClosedFromElsewhereDisturbsNoOther() throws Exception {
        try (EventLoops one = new EventLoops(1)) {
            List<Future<Integer>> echoes = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                int number = i;
                BlockingQueue<Socket> near = new LinkedBlockingQueue<>();
                Socket client = served(one, socket -> {
                    near.add(socket);
                    try (socket) {
                        socket.getOutputStream().write(socket.getInputStream().read());
                    } catch (IOException e) {
                        // It was closed meanwhile.
                    }
                });
                echoes.add(executor.submit(() -> {
                    try (client) {
                        if (number % 3 == 0) {
                            near.take().close();
                            return client.getInputStream().read();
                        }
                        client.getOutputStream().write(number % 100);
                        return client.getInputStream().read();
                    }
                }));
            }
            for (int i = 0; i < echoes.size(); i++) {
                assertEquals(i % 3 == 0 ? -1 : i % 100, echoes.get(i).get(), "connection " + i);
            }
        }
    }

    @Test
    void anUpstreamsSocketGoesFromLoopToLoopAndOff() throws Exception {
        try (EventLoops first = new EventLoops(1); EventLoops second = new EventLoops(1); Pair upstream = new Pair()) {
            byte[] b = new byte[1];
            for (int i = 0; i < 40; i++) {
                int turn = i;
                Callable<Integer> use = () -> {
                    upstream.near.waitHere();
                    upstream.near.write(new byte[] {(byte) turn}, 0, 1);
                    return upstream.near.read(b, 0, 1);
                };
                BlockingQueue<Integer> counts = new LinkedBlockingQueue<>();
                if (i % 3 == 2) {
                    executor.submit(() -> counts.add(use.call()));
                } else {
                    served(i % 3 == 0 ? first : second, socket -> unchecked(() -> {
                        counts.add(use.call());
                        socket.close();
                        return null;
                    }));
                }
                assertEquals(turn, upstream.far.getInputStream().read());
                upstream.far.getOutputStream().write(turn);
                assertEquals(1, counts.take());
                assertEquals((byte) turn, b[0]);
            }
        }
    }

    @Test
    void whatCameUnaskedIsSeenFromElsewhereThoughItsLoopIsBusy() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch seen = new CountDownLatch(1);
        try (EventLoops one = new EventLoops(1); Pair upstream = new Pair()) {
            Socket busy = served(one, socket -> unchecked(() -> {
                upstream.near.waitHere();
                upstream.near.read(new byte[100], 0, 100);
                begun.countDown();
                // The loop's thread looks at no socket meanwhile.
                while (seen.getCount() > 0) {
                    Thread.onSpinWait();
                }
                socket.close();
                return null;
            }));
            upstream.far.getOutputStream().write(1);
            begun.await();
            boolean before = upstream.near.quiet();
            upstream.far.getOutputStream().write(2);
            boolean after = upstream.near.quiet();
            seen.countDown();
            assertTrue(before, "nothing has come");
            assertFalse(after, "a byte has come");
            busy.close();
        }
    }

    @Test
    void aConnectionThatThePeerHasEndedIsNotQuiet() throws Exception {
        try (EventLoops one = new EventLoops(1); Pair upstream = new Pair()) {
            BlockingQueue<Boolean> quiet = new LinkedBlockingQueue<>();
            Socket client = served(one, socket -> unchecked(() -> {
                upstream.near.waitHere();
                upstream.near.read(new byte[100], 0, 100);
                quiet.add(upstream.near.quiet());
                socket.getInputStream().read();
                // Who gives way goes on after the loop's next look at its sockets.
                Thread.yield();
                quiet.add(upstream.near.quiet());
                socket.close();
                return null;
            }));
            upstream.far.getOutputStream().write(1);
            assertEquals(true, quiet.take());
            upstream.far.close();
            client.getOutputStream().write(1);
            assertEquals(false, quiet.take());
            client.close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConnectionThatThePeerHasEndedIsNotQuietWhereNoLoopIs(boolean virtual) throws Exception {
        try (Pair upstream = new Pair()) {
            FutureTask<List<Boolean>> looks = new FutureTask<>(() -> {
                List<Boolean> quiet = new ArrayList<>();
                quiet.add(upstream.near.quiet());
                // Looking at it has changed nothing: it still waits for what comes.
                upstream.far.getOutputStream().write(new byte[] {1, 2});
                quiet.add(upstream.near.read(new byte[100], 0, 100) == 2);
                upstream.near.write(new byte[8], 0, 8);
                quiet.add(upstream.near.quiet());
                upstream.far.getInputStream().readNBytes(8);
                upstream.far.close();
                quiet.add(upstream.near.quiet());
                return quiet;
            });
            (virtual ? Thread.ofVirtual() : Thread.ofPlatform()).start(looks);
            assertEquals(List.of(true, true, true, false), looks.get());
        }
    }

    @Test
    void readsAndWritesAConnectionAtATimeFromAnyThread() throws Exception {
        byte[] much = new byte[8 << 20];
        new Random(2).nextBytes(much);
        BlockingQueue<Integer> read = new LinkedBlockingQueue<>();
        try (Socket client = served(loops, socket -> unchecked(() -> {
            Future<?> writing = executor.submit(() -> {
                socket.getOutputStream().write(much);
                socket.shutdownOutput();
                return null;
            });
            read.add(socket.getInputStream().readNBytes(much.length).length);
            writing.get();
            socket.close();
            return null;
        }))) {
            Future<?> sending = executor.submit(() -> {
                client.getOutputStream().write(much);
                return null;
            });
            assertArrayEquals(much, client.getInputStream().readNBytes(much.length));
            sending.get();
            assertEquals(much.length, read.take());
        }
    }

    @Test
    void workAsideLeavesTheLoopAndItsSocketToo() throws Exception {
        try (EventLoops one = new EventLoops(1)) {
            CountDownLatch entered = new CountDownLatch(1);
            CountDownLatch released = new CountDownLatch(1);
            Socket busy = served(one, socket -> unchecked(() -> {
                one.aside(() -> {
                    LoopSocket.waitHere(socket);
                    assertFalse(Thread.currentThread().getName().startsWith("sluice-loop-"));
                    assertEquals(1, socket.getInputStream().read());
                    entered.countDown();
                    while (released.getCount() > 0) {
                        Thread.onSpinWait();
                    }
                });
                LoopSocket.waitHere(socket);
                socket.getOutputStream().write(socket.getInputStream().read());
                socket.close();
                return null;
            }));
            busy.getOutputStream().write(1);
            entered.await();
            Socket other = served(one, socket -> unchecked(() -> {
                socket.getOutputStream().write(5);
                socket.close();
                return null;
            }));
            assertEquals(5, other.getInputStream().read());
            released.countDown();
            busy.getOutputStream().write(9);
            assertEquals(9, busy.getInputStream().read());
            assertEquals(-1, busy.getInputStream().read());
            busy.close();
            other.close();
        }
    }

    @Test
    void workAsidePassesOnWhatItThrowsAndWhoInterruptsIt() throws Exception {
        IOException thrown = new IOException("broken");
        BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
        served(loops, socket -> {
            try {
                loops.aside(() -> {
                    throw thrown;
                });
            } catch (IOException | InterruptedException e) {
                seen.add(e);
            }
            seen.add(Thread.currentThread());
            try {
                loops.aside(() -> new CountDownLatch(1).await());
            } catch (IOException | InterruptedException e) {
                seen.add(e);
            }
        });
        assertSame(thrown, seen.take());
        ((Thread) seen.take()).interrupt();
        assertTrue(seen.take() instanceof InterruptedException);
    }

    @Test
    void aClientsClosedConnectionWakesItsReader() throws Exception {
        BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
        try (Socket client = served(loops, socket -> {
            seen.add(socket);
            try {
                seen.add(socket.getInputStream().read());
            } catch (IOException e) {
                seen.add(e);
            }
        })) {
            ((Socket) seen.take()).close();
            assertTrue(seen.take() instanceof IOException);
            assertEquals(-1, client.getInputStream().read());
        }
    }

    /** Two connections that always have something to do begin on one loop; none knows when the other one is looked at. */
    @Test
    void aConnectionLeavesABusyLoopAndGoesOnReading() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        AtomicReference<Boolean> moved = new AtomicReference<>(false);
        BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
        Consumer<Socket> connection = socket -> unchecked(() -> {
            both.countDown();
            EventLoop first = EventLoop.here().orElseThrow();
            while (!moved.get()) {
                Thread.yield();
                if (both.getCount() == 0 && loops.move()) {
                    moved.set(true);
                    LoopSocket.waitHere(socket);
                    seen.add(EventLoop.here().orElseThrow() != first && ((LoopSocket) socket).waitsHere());
                    seen.add(socket.getInputStream().read());
                    seen.add(Thread.currentThread().isVirtual());
                }
            }
            socket.close();
            return null;
        });
        try (Socket one = served(loops, connection); Socket other = served(loops, connection)) {
            assertEquals(true, seen.take(), "it is on another loop, and its socket, too");
            one.getOutputStream().write(7);
            other.getOutputStream().write(7);
            assertEquals(7, seen.take());
            assertEquals(true, seen.take());
        }
    }

    /** All belong to one loop and always want another step. Two are seen in the middle of one at a time, which takes two threads. */
    @Test
    void aLongLineIsDoneByALoopThatHasNothingToDoToo() throws Exception {
        EventLoop loop = EventLoop.open(8).orElseThrow();
        EventLoop other = EventLoop.open(9).orElseThrow();
        List<EventLoop> both = List.of(loop, other);
        AtomicInteger inAStep = new AtomicInteger();
        AtomicReference<Boolean> seenTwo = new AtomicReference<>(false);
        CountDownLatch ended = new CountDownLatch(StepLine.LONG);
        List<Pair> pairs = new ArrayList<>();
        try (loop; other) {
            both.forEach(one -> one.begin(both));
            for (int i = 0; i < StepLine.LONG; i++) {
                Pair pair = new Pair();
                pairs.add(pair);
                loop.start(pair.near.loopSocket().orElseThrow(), () -> {
                    while (!seenTwo.get()) {
                        inAStep.incrementAndGet();
                        for (int k = 0; k < 1000; k++) {
                            Thread.onSpinWait();
                            if (inAStep.get() > 1) {
                                seenTwo.set(true);
                            }
                        }
                        inAStep.decrementAndGet();
                        Thread.yield();
                    }
                    unchecked(() -> pair.near.read(new byte[1], 0, 1));
                }, ended::countDown);
            }
            for (Pair pair : pairs) {
                pair.far.getOutputStream().write(7);
            }
            ended.await();
        }
        assertEquals(0, loop.streams());
        assertEquals(0, other.streams(), "they have stayed where they were");
        for (Pair pair : pairs) {
            pair.close();
            pair.far.close();
        }
    }

    @Test
    void withoutLoopsTheCallerRelays() throws IOException {
        try (EventLoops none = new EventLoops(0); Pair pair = new Pair()) {
            assertSame(Thread.currentThread(), none.run(pair, Thread::currentThread));
        }
    }

    /**
     * A virtual thread of a loop that is handed a monitor wakes its loop, by the one thread of Java's that hands on monitors. Were there a
     * monitor in that, other virtual threads that wake the loop could stand before it, and nobody would ever hand it on to them.
     */
    @Test
    void goesOnWhileItsThreadsAreHandedMonitorsAndOthersWakeIt() throws Exception {
        Object monitor = new Object();
        AtomicReference<Boolean> over = new AtomicReference<>(false);
        List<Future<?>> all = new ArrayList<>();
        List<Pair> pairs = new ArrayList<>();
        EventLoop loop = EventLoop.open(9).orElseThrow();
        loop.begin(List.of(loop));
        try (loop; ExecutorService platform = Executors.newCachedThreadPool()) {
            CountDownLatch ended = new CountDownLatch(4);
            for (int i = 0; i < 4; i++) {
                Pair pair = new Pair();
                pairs.add(pair);
                loop.start(pair.near.loopSocket().orElseThrow(), () -> {
                    for (int k = 0; k < 20_000; k++) {
                        synchronized (monitor) {
                            Thread.onSpinWait();
                        }
                    }
                }, ended::countDown);
                all.add(platform.submit(() -> {
                    while (!over.get()) {
                        synchronized (monitor) {
                            Thread.onSpinWait();
                        }
                    }
                }));
            }
            for (int i = 0; i < 12; i++) {
                all.add((i % 2 == 0 ? executor : platform).submit(() -> {
                    while (!over.get()) {
                        CountDownLatch done = new CountDownLatch(1);
                        loop.execute(done::countDown);
                        done.await();
                    }
                    return null;
                }));
            }
            ended.await();
            over.set(true);
            for (Future<?> one : all) {
                one.get();
            }
        }
        for (Pair pair : pairs) {
            pair.close();
            pair.far.close();
        }
    }
}
