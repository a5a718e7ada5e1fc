package sluice.turns;

/** A turn under way ({@link TurnExchange}), as the socket of its client knows it; the turn knows the socket. Thread-safe. */
interface RunningTurn {
    /** The client has left; {@code cancels}: so the turn ends. */
    void clientLeft(boolean cancels);
}
