package sluice.sched;

/** A hash of an account's name: FNV-1a, then a finalizer. Names are the operator's, so nobody chooses them to collide. Stateless. */
final class NameHash {
    private static final long BASIS = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private NameHash() {
    }

    static long of(String name) {
        long hash = BASIS;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * PRIME;
        }
        return WeightedDraw.mix(hash);
    }
}
