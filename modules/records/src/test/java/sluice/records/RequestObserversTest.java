package sluice.records;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import sluice.records.RequestObservers.Role;

class RequestObserversTest {
    private final List<String> told = new ArrayList<>();

    private RequestObserver noting(String name) {
        return record -> told.add(name);
    }

    @Test
    void theLogIsToldFirstAndOperationsLastWhoeverWasAddedFirst() {
        RequestObservers.NONE.with(Role.OPERATIONS, noting("operations")).with(Role.LEDGER, noting("ledger"))
                .with(Role.LOG, noting("log")).ended(new RequestRecord("req_1", 0, 0));
        assertEquals(List.of("log", "ledger", "operations"), told);
    }

    @Test
    void theSameRoleIsToldInTheOrderOfAdding() {
        RequestObservers.NONE.with(Role.LEDGER, noting("first")).with(Role.LOG, noting("log"))
                .with(Role.LEDGER, noting("second")).ended(new RequestRecord("req_1", 0, 0));
        assertEquals(List.of("log", "first", "second"), told);
    }

    @Test
    void healthProbesAreNoRequests() {
        RequestRecord probe = new RequestRecord("req_1", 0, 0);
        probe.route = "GET /health";
        RequestObservers.NONE.with(Role.LEDGER, noting("ledger")).with(Role.LOG, noting("log"))
                .with(Role.OPERATIONS, noting("operations")).ended(probe);
        assertEquals(List.of(), told);
    }

    @Test
    void whoFailsDoesNotKeepTheOthersFromBeingTold() {
        RequestObservers.NONE.with(Role.LOG, record -> {
            throw new IllegalStateException("a fault of the log, made by a test");
        }).with(Role.LEDGER, noting("ledger")).ended(new RequestRecord("req_1", 0, 0));
        assertEquals(List.of("ledger"), told);
    }
}
