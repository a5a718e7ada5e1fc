package sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CancellationTest {
    private static final GatewayError DRAINING = GatewayError.gateway(503, "draining", "The gateway is shutting down.");

    private final Cancellation cancellation = new Cancellation();
    private final List<String> closed = new ArrayList<>();

    @Test
    void closesWhatIsNamedAndWhateverIsNamedLaterOnceEach() {
        cancellation.onCancel(() -> closed.add("first"));
        cancellation.onCancel(() -> closed.add("second"));

        cancellation.cancel();
        cancellation.cancel();
        cancellation.onCancel(() -> closed.add("late"));

        assertEquals(List.of("second", "late"), closed);
        assertTrue(cancellation.isCancelled());
        assertEquals(Optional.empty(), cancellation.told());
    }

    @Test
    void whoIsThereIsTold() {
        cancellation.onCancel(() -> closed.add("source"));

        cancellation.end(DRAINING);
        cancellation.clear();
        cancellation.cancel();
        cancellation.onCancel(() -> closed.add("late"));

        assertEquals(List.of("source", "late"), closed);
        assertTrue(cancellation.isCancelled());
        assertEquals(Optional.of(DRAINING), cancellation.told());
    }

    @Test
    void whoHasLeftIsNotTold() {
        cancellation.cancel();
        cancellation.end(DRAINING);

        assertEquals(Optional.empty(), cancellation.told());
    }

    @Test
    void nothingIsClosedThatWasTakenBack() {
        cancellation.onCancel(() -> closed.add("source"));
        cancellation.clear();

        assertFalse(cancellation.isCancelled());
        cancellation.cancel();
        assertEquals(List.of(), closed);
    }
}
