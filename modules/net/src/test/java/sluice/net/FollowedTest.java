package sluice.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FollowedTest {
    private final Followed followed = new Followed();
    private final List<String> told = new ArrayList<>();

    private int add(String name) {
        return followed.add(events -> told.add(name + events));
    }

    @Test
    void tellsEachByItsNumberHoweverManyThereAre() {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            numbers.add(add("socket " + i + ": "));
        }
        assertEquals(1000, numbers.stream().distinct().count());
        for (int i : new int[] {0, 63, 64, 999}) {
            followed.ready(numbers.get(i), 5);
        }
        assertEquals(List.of("socket 0: 5", "socket 63: 5", "socket 64: 5", "socket 999: 5"), told);
    }

    @Test
    void oneThatWasRemovedIsToldNothingAndItsNumberServesAgain() {
        int first = add("first ");
        int second = add("second ");
        followed.remove(first);
        followed.ready(first, 1);
        assertEquals(List.of(), told);
        assertEquals(first, add("third "));
        followed.ready(first, 2);
        followed.ready(second, 3);
        // Of another instance's time.
        followed.ready(1_000_000, 4);
        assertEquals(List.of("third 2", "second 3"), told);
    }
}
