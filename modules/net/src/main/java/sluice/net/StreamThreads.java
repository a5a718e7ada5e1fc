package sluice.net;

import java.io.IOException;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.function.Supplier;
import sluice.api.ByteSource;
import sluice.api.Named;

/** Decides on which threads connections of clients are served, and streams relayed. Thread-safe. */
public interface StreamThreads extends AutoCloseable {
    /** Service: makes them. */
    interface Factory extends Named {
        /** For a process. */
        StreamThreads create();
    }

    /** What a connection has to do. */
    @FunctionalInterface
    interface Work {
        /** Does it. */
        void run() throws IOException, InterruptedException;
    }

    /**
     * The socket of a connection that was accepted; whoever serves it reads and writes through this one.
     *
     * @throws IOException if the connection is gone already
     */
    Socket socket(SocketChannel channel) throws IOException;

    /**
     * Serves a connection on a virtual thread of its own, and returns at once.
     *
     * @param socket made by {@link #socket}; nobody else reads or writes it until {@code connection} has ended
     */
    void serve(Socket socket, Runnable connection);

    /**
     * Moves the calling thread, which serves a connection, to where more is left for its next request, if there is such a place.
     *
     * @return whether it has moved: then its sockets wait best elsewhere, too
     */
    boolean move();

    /**
     * Runs work that takes a processor for a while where it holds up no other connection, and returns once it has ended. Exceptions
     * are passed on, and so is an interrupt of the caller. Called on the thread of a connection.
     */
    void aside(Work work) throws IOException, InterruptedException;

    /**
     * Runs {@code relay}, which reads {@code source} and nothing else that is slow but its client, and returns its result once
     * it has ended. The caller waits; memory effects are as if it had run {@code relay} itself. Unchecked exceptions of
     * {@code relay} are passed on. An interrupt of the caller aborts the source.
     */
    <T> T run(ByteSource source, Supplier<T> relay);

    /** Streams must have ended before. */
    @Override
    void close();
}
