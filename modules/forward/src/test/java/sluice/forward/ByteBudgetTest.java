package sluice.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import sluice.clients.BodyShare;
import sluice.clients.Reserve;

class ByteBudgetTest {
    private final ByteBudget budget = new ByteBudget(100);
    private final BodyShare a = new BodyShare();
    private final BodyShare b = new BodyShare();
    private final BodyShare c = new BodyShare();

    @Test
    void givesTheBodiesOfOneClientAtMostHalf() throws InterruptedException {
        try (ByteBudget.Permit permit = budget.permit(a); ByteBudget.Permit second = budget.permit(a)) {
            assertTrue(permit.first(10, 0));
            assertTrue(second.first(30, 0));
            assertTrue(second.grow(10));
            assertFalse(second.grow(1));
            assertEquals(40, second.heldBytes());
        }
        assertEquals(0, budget.usedBytes());
    }

    @Test
    void takesTheOnlyBodyOfAClientHoweverLarge() throws InterruptedException {
        try (ByteBudget.Permit permit = budget.permit(a); ByteBudget.Permit second = budget.permit(a)) {
            assertTrue(permit.first(60, 0));
            assertTrue(permit.grow(40));
            assertFalse(second.first(1, 0));
        }
        assertEquals(0, budget.usedBytes());
    }

    @Test
    void neverGivesMoreThanItHas() throws InterruptedException {
        try (ByteBudget.Permit first = budget.permit(a); ByteBudget.Permit second = budget.permit(b);
                ByteBudget.Permit third = budget.permit(c)) {
            assertTrue(first.first(50, 0));
            assertTrue(second.first(45, 0));
            assertFalse(third.first(10, 0));
            assertTrue(third.first(5, 0));
        }
    }

    @Test
    void hasSomethingBeyondForThoseWhoHoldLittle() throws InterruptedException {
        ByteBudget large = new ByteBudget(1000);
        large.keep(new Reserve(10));
        try (ByteBudget.Permit first = large.permit(a); ByteBudget.Permit second = large.permit(a);
                ByteBudget.Permit third = large.permit(b)) {
            assertTrue(first.first(1000, 0));
            assertFalse(second.first(1, 0));
            assertFalse(third.first(11, 0));
            assertTrue(third.first(10, 0));
            assertFalse(third.grow(1));
        }
        assertEquals(0, large.usedBytes());
    }

    @Test
    void closingTwiceGivesBackOnce() throws InterruptedException {
        ByteBudget.Permit permit = budget.permit(a);
        assertTrue(permit.first(30, 0));
        permit.close();
        permit.close();
        assertEquals(0, budget.usedBytes());
    }

    @Test
    void wakesAFirstReservationWhenBytesComeBack() throws InterruptedException {
        ByteBudget.Permit first = budget.permit(a);
        ByteBudget.Permit second = budget.permit(b);
        assertTrue(first.first(50, 0));
        assertTrue(second.first(50, 0));
        CountDownLatch got = new CountDownLatch(1);
        Thread waiter = Thread.startVirtualThread(() -> {
            try (ByteBudget.Permit third = budget.permit(c)) {
                if (third.first(20, TimeUnit.HOURS.toNanos(1))) {
                    got.countDown();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        first.close();
        got.await();
        waiter.join();
        second.close();
        assertEquals(0, budget.usedBytes());
    }
}
