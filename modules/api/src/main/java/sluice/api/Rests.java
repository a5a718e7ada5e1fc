package sluice.api;

import java.util.List;

/** Which accounts rest, so that a restart or another gateway need not find out by asking them. Bounded. Thread-safe. */
public interface Rests {
    /** A rest has begun, or lasts longer than was known. */
    void began(Rest rest);

    /** It is over before its time. */
    void ended(String account, Rest.Part part);

    /** All that are under way. */
    List<Rest> all();
}
