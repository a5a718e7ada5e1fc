package sluice.records;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import sluice.api.TokenUsage;

class SparingObserverTest {
    private static final long SECOND = 1_000_000_000L;

    private final List<String> told = new ArrayList<>();
    private final SparingObserver observer = new SparingObserver(record -> told.add(record.client), "lines", 3, 2);

    private RequestRecord refused(String client, long seconds) {
        RequestRecord record = new RequestRecord("req_1", 0, 0);
        record.client = client;
        record.endedNanos = seconds * SECOND;
        return record;
    }

    private void refuse(String client, long seconds, int times) {
        for (int i = 0; i < times; i++) {
            observer.ended(refused(client, seconds));
        }
    }

    @Test
    void ofRequestsThatCostNothingOnlySoManyAreTold() {
        refuse("", 10, 100);
        assertEquals(3, told.size());
        refuse("", 11, 100);
        assertEquals(5, told.size());
        refuse("", 1000, 100);
        assertEquals(8, told.size());
    }

    @Test
    void oneClientsDoNotTakeAnothersPlace() {
        refuse("a", 10, 100);
        told.clear();
        refuse("b", 10, 3);
        assertEquals(List.of("b", "b", "b"), told);
    }

    @Test
    void whatAnAccountWasAskedForOrWhatWasUsedIsAlwaysTold() {
        refuse("a", 10, 100);
        told.clear();
        for (int i = 0; i < 50; i++) {
            RequestRecord asked = refused("a", 10);
            asked.attempts = 1;
            observer.ended(asked);
            RequestRecord used = refused("a", 10);
            used.usage = new TokenUsage(1, 0, 0, 1, 0, false);
            observer.ended(used);
        }
        assertEquals(100, told.size());
    }
}
