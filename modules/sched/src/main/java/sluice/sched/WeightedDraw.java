package sluice.sched;

/**
 * Weighted random order without replacement, from a seed: each account gets the key {@code -ln(u) / weight} with its own {@code u}
 * out of (0, 1), and the smallest key comes first (Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006).
 *
 * <p>As {@code u} depends on the seed and the account's name alone, this is also weighted rendezvous hashing: when an account
 * comes or goes, only the choices that concern it change. Stateless.
 */
final class WeightedDraw {
    private static final double UNIT = 0x1p-53;

    private WeightedDraw() {
    }

    /** The key of an account. */
    static double key(long seed, long hash, double weight) {
        double u = ((mix(seed ^ hash) >>> 11) + 0.5) * UNIT;
        return -Math.log(u) / weight;
    }

    /** The finalizer of SplitMix64 (Steele, Lea and Flood, 2014). */
    static long mix(long value) {
        long x = value + 0x9E3779B97F4A7C15L;
        x = (x ^ x >>> 30) * 0xBF58476D1CE4E5B9L;
        x = (x ^ x >>> 27) * 0x94D049BB133111EBL;
        return x ^ x >>> 31;
    }
}
