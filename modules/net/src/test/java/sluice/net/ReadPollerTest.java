package sluice.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class ReadPollerTest {
    private final ReadPoller poller = new ReadPoller();
    private ServerSocketChannel listener;

    /** Two ends of a connection; the poller watches {@code ours}. */
    private record Pair(SocketChannel ours, SocketChannel peer) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            ours.close();
            peer.close();
        }
    }

    @BeforeEach
    void listen() throws IOException {
        listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
        poller.close();
    }

    private Pair pair() throws IOException {
        SocketChannel peer = SocketChannel.open(listener.getLocalAddress());
        return new Pair(listener.accept(), peer);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes());
    }

    private CountDownLatch watch(Pair pair) {
        CountDownLatch told = new CountDownLatch(1);
        assertTrue(poller.whenReadable(pair.ours, told::countDown).isPresent());
        return told;
    }

    @Test
    void bytesThatComeAreToldAndLeftToTheReader() throws IOException, InterruptedException {
        try (Pair pair = pair()) {
            CountDownLatch told = watch(pair);
            pair.peer.write(bytes("x"));
            told.await();
            assertEquals(1, pair.ours.read(ByteBuffer.allocate(9)));
            assertEquals(0, poller.waiting());
        }
    }

    @Test
    void bytesThatAreThereAreToldAtOnce() throws IOException, InterruptedException {
        try (Pair pair = pair()) {
            pair.peer.write(bytes("x"));
            watch(pair).await();
        }
    }

    @Test
    void thePeersEndIsTold() throws IOException, InterruptedException {
        try (Pair pair = pair()) {
            CountDownLatch told = watch(pair);
            pair.peer.shutdownOutput();
            told.await();
            assertEquals(-1, pair.ours.read(ByteBuffer.allocate(9)));
        }
    }

    @Test
    void aResetIsTold() throws IOException, InterruptedException {
        try (Pair pair = pair()) {
            CountDownLatch told = watch(pair);
            pair.peer.setOption(java.net.StandardSocketOptions.SO_LINGER, 0);
            pair.peer.close();
            told.await();
        }
    }

    @Test
    void whatWasTakenBackIsNotToldAndAChannelCanBeWatchedAgain() throws IOException, InterruptedException {
        try (Pair pair = pair()) {
            BlockingQueue<String> told = new LinkedBlockingQueue<>();
            Optional<ReadPoller.Registration> first = poller.whenReadable(pair.ours, () -> told.add("first"));
            first.orElseThrow().close();
            poller.whenReadable(pair.ours, () -> told.add("second")).orElseThrow();
            pair.peer.write(bytes("x"));
            assertEquals("second", told.take());
            pair.ours.read(ByteBuffer.allocate(9));
            poller.whenReadable(pair.ours, () -> told.add("third")).orElseThrow();
            pair.peer.write(bytes("y"));
            assertEquals("third", told.take());
            assertTrue(told.isEmpty());
        }
    }

    @Test
    void writesOfAWatchedChannelBlockAsBefore() throws IOException, InterruptedException {
        try (Pair pair = pair()) {
            CountDownLatch told = watch(pair);
            ByteBuffer large = ByteBuffer.allocate(8 << 20);
            Thread writer = Thread.ofVirtual().start(() -> {
                try {
                    while (large.hasRemaining()) {
                        pair.ours.write(large);
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            ByteBuffer target = ByteBuffer.allocate(8 << 20);
            while (target.hasRemaining() && pair.peer.read(target) >= 0) {
                // the writer goes on as this makes room
            }
            writer.join();
            assertFalse(large.hasRemaining());
            assertEquals(1, told.getCount());
            pair.peer.close();
            told.await();
        }
    }

    @Test
    void eachOfManyIsToldOnce() throws IOException, InterruptedException {
        List<Pair> pairs = new ArrayList<>();
        try {
            BlockingQueue<Integer> told = new LinkedBlockingQueue<>();
            for (int i = 0; i < 300; i++) {
                int number = i;
                pairs.add(pair());
                poller.whenReadable(pairs.get(i).ours, () -> told.add(number)).orElseThrow();
            }
            boolean[] seen = new boolean[300];
            for (Pair pair : pairs) {
                pair.peer.close();
            }
            for (int i = 0; i < 300; i++) {
                int number = told.take();
                assertFalse(seen[number]);
                seen[number] = true;
            }
            assertEquals(0, poller.waiting());
        } finally {
            for (Pair pair : pairs) {
                pair.close();
            }
        }
    }

    @Test
    void aClosedPollerSaysNo() throws IOException {
        try (Pair pair = pair()) {
            watch(pair);
            poller.close();
            assertTrue(poller.whenReadable(pair.ours, () -> { }).isEmpty());
            assertEquals(0, poller.waiting());
        }
    }
}
