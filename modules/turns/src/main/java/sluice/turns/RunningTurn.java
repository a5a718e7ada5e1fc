package sluice.turns;

/** A turn under way, as the socket of its client knows it. Thread-safe. */
interface RunningTurn {
    /** The client has left; {@code cancels}: so the turn ends. */
    void clientLeft(boolean cancels);
}
