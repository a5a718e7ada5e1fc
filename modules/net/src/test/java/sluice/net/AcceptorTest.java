package sluice.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AcceptorTest {
    private static final InetSocketAddress ANYWHERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final BlockingQueue<Runnable> places = new LinkedBlockingQueue<>();

    /** Says hello and hangs up; the place is given back by the test. */
    private void greet(SocketChannel channel, Runnable place) throws IOException {
        try (channel) {
            channel.write(ByteBuffer.wrap(new byte[] {'!'}));
        }
        places.add(place);
    }

    private static int greeting(Acceptor acceptor) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), acceptor.port())) {
            return socket.getInputStream().read();
        }
    }

    @Test
    void aPortThatIsLostIsOpenedAnew() throws IOException {
        try (Acceptor acceptor = Acceptor.open(ANYWHERE, 10, this::greet, System::nanoTime)) {
            assertEquals('!', greeting(acceptor));
            assertTrue(acceptor.listening());
            for (int i = 0; i < 3; i++) {
                acceptor.listener().close();
                int heard = 0;
                while (heard != '!') {
                    try {
                        heard = greeting(acceptor);
                    } catch (IOException e) {
                        // not yet
                    }
                }
            }
            while (!acceptor.listening()) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void nobodyWhoFailsToTakeAConnectionEndsThePort() throws IOException {
        AtomicInteger failures = new AtomicInteger();
        try (Acceptor acceptor = Acceptor.open(ANYWHERE, 1, (channel, place) -> {
            switch (failures.incrementAndGet()) {
                case 1 -> throw new IOException("gone");
                case 2 -> throw new IllegalStateException("broken");
                case 3 -> throw new StackOverflowError();
                default -> greet(channel, place);
            }
        }, System::nanoTime)) {
            int heard = 0;
            while (heard != '!') {
                try {
                    heard = greeting(acceptor);
                } catch (IOException e) {
                    // reset
                }
            }
            assertEquals(4, failures.get());
        }
    }

    @Test
    void takesNoMoreThanItHasPlacesFor() throws Exception {
        try (Acceptor acceptor = Acceptor.open(ANYWHERE, 1, this::greet, System::nanoTime);
                Socket second = new Socket()) {
            assertEquals('!', greeting(acceptor));
            second.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), acceptor.port()));
            Runnable first = places.take();
            assertTrue(places.isEmpty());
            first.run();
            assertEquals('!', second.getInputStream().read());
        }
    }

    @Test
    void saysWhichPortIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), taken.getLocalPort());
            IOException refused = assertThrows(IOException.class, () -> Acceptor.open(address, 1, this::greet, System::nanoTime));
            assertTrue(refused.getMessage().contains(":" + taken.getLocalPort() + ": Address already in use"), refused.getMessage());
        }
    }

    @Test
    void aClosedPortTakesNothing() throws IOException {
        Acceptor acceptor = Acceptor.open(ANYWHERE, 1, this::greet, System::nanoTime);
        acceptor.close();
        assertFalse(acceptor.listening());
        assertThrows(IOException.class, () -> greeting(acceptor));
    }
}
