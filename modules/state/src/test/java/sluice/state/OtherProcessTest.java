package sluice.state;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OtherProcessTest {
    private static final int SAVES = 300;

    @TempDir
    private Path folder;

    /** Whoever asks for an id that nobody knows would else wait for a process that is not there. */
    @Test
    void whatThisProcessSavesIsNoOthers() throws Exception {
        SharedFile file = new SharedFile(folder.resolve("state"));
        file.exchange((saved, entry) -> { }, 1, receiver -> { });
        AtomicBoolean over = new AtomicBoolean();
        AtomicBoolean changed = new AtomicBoolean();
        Thread looks = Thread.ofPlatform().start(() -> {
            while (!over.get()) {
                changed.compareAndSet(false, file.hasChanged());
            }
        });
        for (int i = 0; i < SAVES; i++) {
            file.exchange((saved, entry) -> { }, i, receiver -> { });
        }
        over.set(true);
        looks.join();
        assertFalse(changed.get(), "nobody else has saved");

        new SharedFile(folder.resolve("state")).exchange((saved, entry) -> { }, 2, receiver -> { });
        assertTrue(file.hasChanged(), "somebody else has");
    }

    @Test
    void howeverManyWaitForItTheFolderIsLookedAtByOne() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        AtomicLong clock = new AtomicLong();
        long began = System.nanoTime();
        OtherProcess other = OtherProcess.of(() -> looks.incrementAndGet() < 0, clock::get);
        List<Thread> waiting = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            waiting.add(Thread.ofVirtual().start(other::catchUp));
        }
        for (Thread one : waiting) {
            one.join();
        }
        long most = (System.nanoTime() - began) / OtherProcess.PAUSE_NANOS + 2;
        assertTrue(looks.get() <= most, looks + " looks, not " + most);
    }
}
