package sluice.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedLinesTest {
    @TempDir
    private Path folder;

    private SharedLines open() {
        return new SharedLines(folder.resolve("file"), "head");
    }

    private static List<String> news(SharedLines lines) throws IOException {
        List<String> all = new ArrayList<>();
        if (lines.haveNew()) {
            lines.readNew(all::add);
        }
        return all;
    }

    @Test
    void eachReadsWhatTheOtherHasWritten() throws IOException {
        SharedLines one = open();
        SharedLines other = open();
        assertFalse(one.haveNew());
        assertTrue(one.wantsRewriting());
        one.rewrite(List.of("a"));
        assertEquals(List.of("head", "a"), news(other));
        assertFalse(other.wantsRewriting());
        other.append("b");
        assertEquals(List.of("b"), news(one));
        assertEquals(List.of(), news(one));
        other.rewrite(List.of("c"));
        assertTrue(one.haveNew());
        assertTrue(one.isUnread());
        assertEquals(List.of("head", "c"), news(one));
    }

    @Test
    void halfALineSpoilsNoOther() throws IOException {
        SharedLines one = open();
        one.rewrite(List.of());
        Files.writeString(folder.resolve("file"), "half", StandardOpenOption.APPEND);
        assertEquals(List.of("half"), news(one));
        one.append("whole");
        assertEquals("head\nhalf\nwhole\n", Files.readString(folder.resolve("file")));
        assertEquals(List.of("head", "half", "whole"), news(open()));
    }

    @Test
    void whatIsCutOrLongIsWrittenAnewAndWhatIsNoneIsNotRead() throws IOException {
        SharedLines one = open();
        one.rewrite(List.of("a", "b"));
        Files.writeString(folder.resolve("file"), "head\n", StandardOpenOption.TRUNCATE_EXISTING);
        assertFalse(one.haveNew());
        assertTrue(one.wantsRewriting());
        one.rewrite(List.of("a", "b"));
        assertFalse(one.wantsRewriting());
        one.append("x".repeat(3 << 20));
        assertFalse(one.wantsRewriting());
        one.append("x".repeat(3 << 20));
        assertTrue(one.wantsRewriting());
        Files.writeString(folder.resolve("file"), "another\n", StandardOpenOption.TRUNCATE_EXISTING);
        assertThrows(IOException.class, () -> news(open()));
    }
}
