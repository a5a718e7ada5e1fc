package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Filter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import sluice.simulator.SimulatedUpstream;

/** What the process says of itself stays short, whoever asks. */
class ProcessLogTest {
    @Test
    void letsOneLinePassInEachPause() {
        AtomicLong now = new AtomicLong();
        Filter filter = ProcessLog.oncePer(Duration.ofSeconds(1), now::get);
        List<Boolean> passes = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            passes.add(filter.isLoggable(new LogRecord(Level.WARNING, "x")));
            now.addAndGet(400_000_000);
        }
        assertEquals(List.of(true, false, false, true, false), passes);
    }

    @Test
    void brokenRequestsOfTheAdminPortDoNotFillIt() throws Exception {
        List<String> said = new CopyOnWriteArrayList<>();
        Handler hears = new Handler() {
            @Override
            public void publish(LogRecord line) {
                said.add(line.getMessage());
            }

            @Override
            public void flush() { }

            @Override
            public void close() { }
        };
        Logger helidon = Logger.getLogger("io.helidon.webserver.http.DirectHandlers");
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, "")) {
            helidon.addHandler(hears);
            for (int i = 0; i < 5; i++) {
                try (TestClient stranger = new TestClient(gateway.adminUri().getPort())) {
                    stranger.raw("POST /admin/login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
                    stranger.socket().shutdownOutput();
                    assertEquals(500, stranger.answer("POST").status());
                    assertTrue(stranger.isClosed(), "what is to be said has been said by then");
                }
            }
            assertEquals(1, said.size(), said.toString());
        } finally {
            helidon.removeHandler(hears);
        }
    }
}
