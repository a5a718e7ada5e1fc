package sluice.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TopKTest {
    private record Entry(int position, double score, double draw) { }

    @Test
    void equalsTheHeadOfAFullSort() {
        Random random = new Random(1);
        for (int round = 0; round < 20_000; round++) {
            int n = random.nextInt(40);
            int k = 1 + random.nextInt(12);
            int values = 1 + random.nextInt(6);
            TopK top = new TopK(k);
            List<Entry> all = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                // Few different values, so that scores and draws tie often.
                Entry entry = new Entry(i, random.nextInt(values), random.nextInt(values));
                all.add(entry);
                if (top.wants(entry.score)) {
                    top.offer(entry.position, entry.score, entry.draw);
                }
            }
            all.sort(Comparator.comparingDouble(Entry::score).reversed().thenComparingDouble(Entry::draw)
                    .thenComparingInt(Entry::position));
            top.sort();
            List<Integer> positions = new ArrayList<>();
            for (int rank = 0; rank < top.size(); rank++) {
                positions.add(top.position(rank));
            }
            assertEquals(all.stream().limit(k).map(Entry::position).toList(), positions);
        }
    }
}
