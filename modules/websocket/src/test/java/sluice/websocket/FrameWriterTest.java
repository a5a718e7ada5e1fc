package sluice.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import sluice.http1.HttpInput;
import sluice.net.Link;
import sluice.testkit.HandSweeper;

class FrameWriterTest {
    private static final int LIMIT = 1 << 20;

    @Test
    void aPongDoesNotWaitForAWriterWhoWaitsForThePeer() throws Exception {
        StalledLink link = new StalledLink();
        WebSocketConnection connection = WebSocketConnection.server(link, new HttpInput(link, 1024), LIMIT, () -> 0);
        Thread writer = Thread.ofVirtual().start(() -> send(connection, "long message"));
        link.writing.await();

        connection.receive();

        link.go.countDown();
        writer.join();
        assertEquals(List.of("text " + hex("long message"), "pong " + hex("2"), "closed 1006"),
                Frames.expected(link.written.toByteArray(), false, LIMIT), "the latest ping is answered behind the message");
    }

    @Test
    void aMessageThatIsOutIsNotReportedAsUnsentWhenThePongBehindItFails() throws Exception {
        StalledLink link = new StalledLink();
        link.writesLeft = 1;
        WebSocketConnection connection = WebSocketConnection.server(link, new HttpInput(link, 1024), LIMIT, () -> 0);
        AtomicReference<Exception> thrown = new AtomicReference<>();
        Thread writer = Thread.ofVirtual().start(() -> {
            try {
                connection.sendText("out");
            } catch (IOException e) {
                thrown.set(e);
            }
        });
        link.writing.await();
        connection.receive();
        link.go.countDown();
        writer.join();
        assertEquals(null, thrown.get());
        assertEquals(List.of("text " + hex("out"), "closed 1006"), Frames.expected(link.written.toByteArray(), false, LIMIT));
    }

    @Test
    void ourSideEndsOnlyBehindTheCloseFrameThatWaitedForAWriter() throws Exception {
        StalledLink link = new StalledLink();
        WebSocketConnection connection = WebSocketConnection.server(link, new HttpInput(link, 1024), LIMIT, () -> 0);
        Thread writer = Thread.ofVirtual().start(() -> send(connection, "long message"));
        link.writing.await();
        connection.sendClose(CloseCodes.NORMAL, "");

        Thread finishing = Thread.ofVirtual().start(() -> connection.finish(new HandSweeper(), 1_000_000_000L));
        while (finishing.getState() != Thread.State.WAITING && finishing.getState() != Thread.State.TERMINATED) {
            Thread.onSpinWait();
        }
        link.go.countDown();
        writer.join();
        finishing.join();

        assertEquals(List.of("text " + hex("long message"), "closed 1000"),
                Frames.expected(link.writtenBeforeTheEnd, false, LIMIT));
    }

    @Test
    void messagesThatMayWaitLeaveInOneWriteAndInTheirOrder() throws IOException {
        ScriptLink link = new ScriptLink(new byte[0], 1);
        WebSocketConnection connection = WebSocketConnection.server(link, new HttpInput(link, 1024), LIMIT, () -> 0);
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            byte[] message = ("message " + i).getBytes(StandardCharsets.UTF_8);
            connection.sendTextLater(message, 0, message.length);
            expected.add("text " + HexFormat.of().formatHex(message));
        }
        assertEquals(0, link.writes());
        assertTrue(connection.flush());
        assertFalse(connection.flush());
        assertEquals(1, link.writes());
        expected.add("closed 1006");
        assertEquals(expected, Frames.expected(link.written(), false, LIMIT));
    }

    @Test
    void whatWaitsGoesBeforeWhatDoesNot() throws IOException {
        ScriptLink link = new ScriptLink(new byte[0], 1);
        WebSocketConnection connection = WebSocketConnection.server(link, new HttpInput(link, 1024), LIMIT, () -> 0);
        connection.sendTextLater(new byte[] {'a'}, 0, 1);
        connection.sendText("b");
        byte[] large = "c".repeat(100_000).getBytes(StandardCharsets.UTF_8);
        connection.sendTextLater(new byte[] {'d'}, 0, 1);
        connection.sendTextLater(large, 0, large.length);
        connection.sendTextLater(new byte[] {'e'}, 0, 1);
        connection.sendClose(1000, "");
        assertEquals(List.of("text " + hex("a"), "text " + hex("b"), "text " + hex("d"), "text " + HexFormat.of().formatHex(large),
                "text " + hex("e"), "closed 1000"), Frames.expected(link.written(), false, LIMIT));
        assertThrows(IOException.class, () -> connection.sendTextLater(large, 0, 1));
    }

    @Test
    void aClientsWaitingMessagesAreMasked() throws IOException {
        ScriptLink link = new ScriptLink(new byte[0], 1);
        WebSocketConnection connection = WebSocketConnection.client(link, new HttpInput(link, 1024), LIMIT, () -> 0);
        byte[] message = "as it was".getBytes(StandardCharsets.UTF_8);
        connection.sendTextLater(message, 0, message.length);
        connection.flush();
        assertEquals(List.of("text " + hex("as it was"), "closed 1006"), Frames.expected(link.written(), true, LIMIT));
        assertEquals("as it was", new String(message, StandardCharsets.UTF_8));
    }

    @Test
    void nothingIsSentBehindAClose() throws IOException {
        ScriptLink link = new ScriptLink(new byte[0], 1);
        WebSocketConnection connection = WebSocketConnection.server(link, new HttpInput(link, 1024), LIMIT, () -> 0);
        connection.sendClose(1001, "going");
        int bytes = link.written().length;
        connection.sendClose(1000, "again");
        connection.ping(new byte[0]);
        assertThrows(IOException.class, () -> connection.sendText("late"));
        assertEquals(bytes, link.written().length);
    }

    @Test
    void codesThatMustNotBeSentAreRefused() {
        ScriptLink link = new ScriptLink(new byte[0], 1);
        WebSocketConnection connection = WebSocketConnection.server(link, new HttpInput(link, 1024), LIMIT, () -> 0);
        assertThrows(IllegalArgumentException.class, () -> connection.sendClose(1005, ""));
        assertThrows(IllegalArgumentException.class, () -> connection.sendClose(1006, ""));
        assertThrows(IllegalArgumentException.class, () -> connection.ping(new byte[126]));
    }

    @Test
    void messagesOfManyThreadsStayWhole() throws Exception {
        ScriptLink link = new ScriptLink(new byte[0], 1);
        WebSocketConnection connection = WebSocketConnection.client(link, new HttpInput(link, 1024), LIMIT, () -> 0);
        List<String> sent = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            int number = t;
            threads.add(Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 100; i++) {
                    String text = number + "-" + i + "-" + "x".repeat(i * 20);
                    send(connection, text);
                    sent.add("text " + hex(text));
                    ping(connection);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        List<String> received = Frames.expected(link.written(), true, LIMIT);
        received.removeLast();
        Collections.sort(received);
        Collections.sort(sent);
        assertEquals(sent, received);
    }

    private static void send(WebSocketConnection connection, String text) {
        try {
            connection.sendText(text);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void ping(WebSocketConnection connection) {
        try {
            connection.ping(new byte[] {1});
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes());
    }

    /** Its first write stands still until told; two pings and a close are there to be read. */
    private static final class StalledLink implements Link {
        private final CountDownLatch writing = new CountDownLatch(1);
        private final CountDownLatch go = new CountDownLatch(1);
        private int writesLeft = Integer.MAX_VALUE;
        private volatile byte[] writtenBeforeTheEnd = {};
        private final ByteArrayOutputStream written = new ByteArrayOutputStream();
        private final ScriptLink script = new ScriptLink(Frames.ofClient().frame(Frames.FIN | Frames.PING, "1")
                .frame(Frames.FIN | Frames.PING, "2").text("end").bytes(), 100);

        @Override
        public int read(byte[] target, int offset, int length) {
            return script.read(target, offset, length);
        }

        @Override
        public boolean ready() {
            return script.ready();
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            writing.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            if (writesLeft-- <= 0) {
                throw new IOException("broken");
            }
            written.write(source, offset, length);
        }

        @Override
        public void finishOutput() {
            writtenBeforeTheEnd = written.toByteArray();
        }

        @Override
        public boolean secure() {
            return false;
        }

        @Override
        public void close() {
            go.countDown();
        }
    }
}
