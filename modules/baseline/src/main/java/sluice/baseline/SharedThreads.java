package sluice.baseline;

import java.io.IOException;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.function.Supplier;
import sluice.api.ByteSource;
import sluice.net.StreamThreads;

/** Streams are relayed by the threads of their requests, on Java's shared scheduler. */
public final class SharedThreads implements StreamThreads {
    /** Service provider {@code shared}. */
    public static final class Factory implements StreamThreads.Factory {
        /** For ServiceLoader. */
        public Factory() {
        }

        @Override
        public String name() {
            return "shared";
        }

        @Override
        public StreamThreads create() {
            return new SharedThreads();
        }
    }

    private SharedThreads() {
    }

    @Override
    public Socket socket(SocketChannel channel) {
        return channel.socket();
    }

    @Override
    public void serve(Socket socket, Runnable connection) {
        Thread.ofVirtual().name("client").start(connection);
    }

    @Override
    public boolean move() {
        return false;
    }

    @Override
    public void aside(Work work) throws IOException, InterruptedException {
        work.run();
    }

    @Override
    public <T> T run(ByteSource source, Supplier<T> relay) {
        return relay.get();
    }

    @Override
    public void close() {
        // Nothing was opened.
    }
}
