package sluice.responses;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sluice.buffers.AnswerRoom;
import sluice.buffers.ArrayShelf;
import sluice.json.JsonMembers;

/**
 * The items of a response that are complete so far, as JSON, each with its place in {@code output}: what stands there where the
 * response itself has none, which is no output, {@code null} or an empty array. Bounded. Confined to one thread.
 */
public final class KeptItems {
    private static final int FIRST_BYTES = 1024;
    /** What an item takes beside its bytes, so that a great many small ones are bounded, too. */
    private static final int BYTES_BESIDE = 32;
    private static final byte[] NOTHING = {};

    private final int maxBytes;
    private final AnswerRoom.Part part;
    private final boolean ifPlenty;
    private final List<Item> items = new ArrayList<>();
    private byte[] kept = NOTHING;
    private int bytes;
    private int whole;
    private long next;
    private boolean full;

    /** Where an item stands: in the output, and here. */
    private record Item(long index, int from, int to) { }

    /** An item that is told twice is the one that was told last; others may share an index. */
    private record Name(long index, String id) { }

    /** Keeps up to {@code maxBytes}, which are few; the item that does not fit, and all later ones, are not kept. */
    public KeptItems(int maxBytes) {
        this(maxBytes, new AnswerRoom(Long.MAX_VALUE), false);
    }

    /** Keeps up to {@code maxBytes}, in memory of {@code room} until they are {@linkplain #release released}. */
    public KeptItems(int maxBytes, AnswerRoom room) {
        this(maxBytes, room, false);
    }

    private KeptItems(int maxBytes, AnswerRoom room, boolean ifPlenty) {
        this.maxBytes = maxBytes;
        this.ifPlenty = ifPlenty;
        part = room.part();
    }

    /** The same, where there is plenty of room; whoever wants these can do without some. */
    public static KeptItems ifPlenty(int maxBytes, AnswerRoom room) {
        return new KeptItems(maxBytes, room, true);
    }

    /** An item begins. What was begun before and not {@linkplain #end ended} is forgotten. */
    public void begin() {
        bytes = whole;
    }

    /** The next bytes of the item. */
    public void add(byte[] b, int from, int to) {
        int length = to - from;
        if (full || length > maxBytes - bytes - (long) BYTES_BESIDE * items.size() || !hasRoom(length)) {
            full = true;
            return;
        }
        System.arraycopy(b, from, kept, bytes, length);
        bytes += length;
    }

    private boolean hasRoom(int length) {
        if (bytes + length <= kept.length) {
            return true;
        }
        int wanted = (int) Math.min(maxBytes, Math.max(Math.max(kept.length * 2L, FIRST_BYTES), bytes + length));
        // Once more for those that are told, or copied to the longer array.
        if (!hold(2L * wanted)) {
            return false;
        }
        kept = ArrayShelf.shared().longer(kept, bytes, wanted);
        return true;
    }

    private boolean hold(long wanted) {
        try {
            if (ifPlenty) {
                return part.holdIfPlenty(wanted);
            }
            part.hold(wanted);
            return true;
        } catch (AnswerRoom.Exhausted e) {
            return false;
        }
    }

    /**
     * The item is whole, and one of the response's.
     *
     * @param index its {@code output_index}; -1: not told, which is behind all others so far
     */
    public void end(long index) {
        if (full || bytes == whole) {
            return;
        }
        long place = index >= 0 ? index : next;
        next = Math.max(next, place + 1);
        items.add(new Item(place, whole, bytes));
        whole = bytes;
    }

    /** Whether there was an item that did not fit. */
    public boolean isFull() {
        return full;
    }

    /** Whether there was no item. */
    public boolean isEmpty() {
        return items.isEmpty() && !full;
    }

    /** The items by their index, with commas between them. Those of the same index stand as they came. */
    public byte[] json() {
        byte[] json = new byte[whole + items.size()];
        int at = 0;
        for (Item item : ordered()) {
            if (at > 0) {
                json[at++] = ',';
            }
            System.arraycopy(kept, item.from(), json, at, item.to() - item.from());
            at += item.to() - item.from();
        }
        return Arrays.copyOf(json, at);
    }

    private Collection<Item> ordered() {
        items.sort(Comparator.comparingLong(Item::index));
        Map<Object, Item> last = LinkedHashMap.newLinkedHashMap(items.size());
        for (Item item : items) {
            String id = idOf(item);
            last.put(id.isEmpty() ? item : new Name(item.index(), id), item);
        }
        return last.values();
    }

    private String idOf(Item item) {
        JsonMembers members = new JsonMembers(kept, item.from(), item.to());
        return members.seek("id") && kept[members.valueFrom()] == '"' ? members.valueText() : "";
    }

    /** Nobody asks any more: gives up the memory. Nothing else is called after it. */
    public void release() {
        ArrayShelf.shared().giveBack(kept);
        kept = NOTHING;
        part.close();
        items.clear();
        bytes = 0;
        whole = 0;
    }
}
