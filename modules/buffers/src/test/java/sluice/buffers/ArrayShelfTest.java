package sluice.buffers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ArrayShelfTest {
    @Test
    void givesAtMostAQuarterMoreThanIsAskedFor() {
        ArrayShelf shelf = new ArrayShelf(1 << 24, false);
        for (int bytes = ArrayShelf.SMALLEST_BYTES; bytes <= ArrayShelf.LARGEST_BYTES; bytes += bytes < 100_000 ? 1 : 997) {
            int length = ArrayShelf.bytesOf(ArrayShelf.sizeFor(bytes));
            assertTrue(length >= bytes && length <= bytes + bytes / 4 + 1, bytes + " gets " + length);
        }
        assertEquals(ArrayShelf.LARGEST_BYTES, shelf.take(ArrayShelf.LARGEST_BYTES).length);
        assertEquals(ArrayShelf.SMALLEST_BYTES, shelf.take(ArrayShelf.SMALLEST_BYTES).length);
    }

    @Test
    void makesWhatIsVerySmallOrVeryLargeToMeasure() {
        ArrayShelf shelf = new ArrayShelf(1 << 30, false);
        for (int bytes : new int[] {0, 1, ArrayShelf.SMALLEST_BYTES - 1, ArrayShelf.LARGEST_BYTES + 1}) {
            byte[] array = shelf.take(bytes);
            assertEquals(bytes, array.length);
            shelf.giveBack(array);
            assertEquals(0, shelf.keptBytes());
        }
    }

    @Test
    void givesAnArrayAgain() {
        ArrayShelf shelf = new ArrayShelf(1 << 24, false);
        byte[] first = shelf.take(200_000);
        byte[] second = shelf.take(200_000);
        assertNotSame(first, second);
        shelf.giveBack(first);
        assertSame(first, shelf.take(199_000));
        assertEquals(0, shelf.keptBytes());
    }

    @Test
    void keepsNoMoreThanItMay() {
        ArrayShelf shelf = new ArrayShelf(100_000, false);
        List<byte[]> arrays = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            arrays.add(shelf.take(16 * 1024));
        }
        arrays.forEach(shelf::giveBack);
        assertEquals(6 * 16 * 1024, shelf.keptBytes());
        shelf.clear();
        assertEquals(0, shelf.keptBytes());
    }

    @Test
    void overwritesWhatIsGivenBackWhereThatIsAsked() {
        ArrayShelf shelf = new ArrayShelf(1 << 24, true);
        byte[] array = shelf.take(10_000);
        array[9_999] = 1;
        shelf.giveBack(array);
        assertEquals(ArrayShelf.POISON, array[9_999]);
    }

    @Test
    void neverLendsOneArrayToTwo() throws Exception {
        ArrayShelf shelf = new ArrayShelf(1 << 24, false);
        Set<byte[]> lent = Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
        Callable<Boolean> user = () -> {
            for (int i = 0; i < 20_000; i++) {
                byte[] array = shelf.take(9_000);
                if (!lent.add(array)) {
                    return false;
                }
                lent.remove(array);
                shelf.giveBack(array);
            }
            return true;
        };
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (Future<Boolean> alone : threads.invokeAll(Collections.nCopies(8, user))) {
                assertTrue(alone.get());
            }
        }
        assertEquals(0, shelf.keptBytes() % ArrayShelf.bytesOf(ArrayShelf.sizeFor(9_000)));
    }
}
