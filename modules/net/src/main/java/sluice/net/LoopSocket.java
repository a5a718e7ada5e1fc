package sluice.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A socket over a channel whose streams wait as Java's do, or, between {@link #enter} and {@link #leave}, on an event loop. It
 * is a {@link Socket} so that TLS can be layered over it. One thread reads and writes at a time; {@link #close} may come from any.
 */
final class LoopSocket extends Socket {
    private final SocketChannel channel;
    private final Socket blocking;
    private final InputStream in = new Input();
    private final OutputStream out = new Output();
    /** Where its streams wait; null: as Java's do. Only for the thread that reads and writes. */
    private Waiting waiting;
    /** The same, for {@link #close}. */
    private volatile Optional<Waiting> current = Optional.empty();

    /** An unconnected socket. */
    LoopSocket() throws IOException {
        this(SocketChannel.open());
    }

    /** Over {@code channel}, which is probed where it is silent. */
    LoopSocket(SocketChannel channel) throws IOException {
        super((SocketImpl) null);
        KeepAliveProbes.on(channel);
        this.channel = channel;
        blocking = channel.socket();
    }

    /** From now on the streams wait on {@code loop}; called on the loop's own thread. A closed socket stays as it is. */
    void enter(EventLoop loop) {
        try {
            channel.configureBlocking(false);
            waiting = new Waiting(loop);
            current = Optional.of(waiting);
        } catch (IOException e) {
            // It is closed, as the first read will find out.
        }
    }

    /** From now on the streams wait as Java's do, on any thread; called on the loop's own thread. */
    void leave() {
        boolean closing = current.map(now -> now.closing).orElse(false);
        current.ifPresent(Waiting::end);
        waiting = null;
        current = Optional.empty();
        try {
            if (closing) {
                channel.close();
            }
            channel.configureBlocking(true);
        } catch (IOException e) {
            // It is closed, as the next read will find out.
        }
    }

    /** The channel's readiness, as one thread of one loop waits for it. */
    private final class Waiting implements Runnable {
        private final EventLoop loop;
        private final SelectionKey key;
        private volatile Thread waiter;
        /** Whether it is to be closed, which its loop does. */
        private volatile boolean closing;
        private boolean ready;
        /** Whether the last read left room: then the socket was empty, and asking the kernel again is waste. */
        private boolean drained;

        private Waiting(EventLoop loop) throws ClosedChannelException {
            this.loop = loop;
            key = loop.register(channel, this);
        }

        /** Called by the loop when the channel is ready. */
        @Override
        public void run() {
            Thread thread = waiter;
            if (thread != null) {
                ready = true;
                waiter = null;
                LockSupport.unpark(thread);
                return;
            }
            try {
                // Nobody waits for it now; it would be reported again and again.
                key.interestOps(0);
            } catch (CancelledKeyException e) {
                // It was closed meanwhile.
            }
        }

        private int read(ByteBuffer target) throws IOException {
            while (true) {
                checkOpen();
                if (!drained) {
                    int count = channel.read(target);
                    if (count != 0) {
                        drained = count > 0 && target.hasRemaining();
                        return count;
                    }
                }
                await(SelectionKey.OP_READ);
                drained = false;
            }
        }

        private void write(ByteBuffer source) throws IOException {
            while (source.hasRemaining()) {
                checkOpen();
                if (channel.write(source) == 0) {
                    await(SelectionKey.OP_WRITE);
                }
            }
        }

        private void await(int operation) throws IOException {
            ready = false;
            waiter = Thread.currentThread();
            try {
                if (key.interestOps() != operation) {
                    key.interestOps(operation);
                }
                while (!ready) {
                    checkOpen();
                    if (Thread.currentThread().isInterrupted()) {
                        LoopSocket.this.close();
                    }
                    LockSupport.park(this);
                }
            } catch (CancelledKeyException e) {
                throw new ClosedChannelException();
            } finally {
                waiter = null;
            }
        }

        private void checkOpen() throws ClosedChannelException {
            if (closing || !channel.isOpen()) {
                throw new ClosedChannelException();
            }
        }

        /**
         * The waiter finds out, and the loop closes the channel: closing takes a monitor of the selector's, for which its own thread must
         * not wait behind a virtual thread that it runs (decision 0193).
         */
        private void close() {
            closing = true;
            Thread thread = waiter;
            if (thread != null) {
                LockSupport.unpark(thread);
            }
            loop.execute(() -> {
                try {
                    channel.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }

        private void end() {
            key.cancel();
            loop.forget();
        }
    }

    private final class Input extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            Waiting now = waiting;
            if (now == null || length == 0) {
                return blocking.getInputStream().read(target, offset, length);
            }
            return now.read(ByteBuffer.wrap(target, offset, length));
        }

        @Override
        public int available() throws IOException {
            Waiting now = waiting;
            return now != null && now.drained ? 0 : blocking.getInputStream().available();
        }

        @Override
        public void close() throws IOException {
            LoopSocket.this.close();
        }
    }

    private final class Output extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            Waiting now = waiting;
            if (now == null) {
                blocking.getOutputStream().write(source, offset, length);
            } else {
                now.write(ByteBuffer.wrap(source, offset, length));
            }
        }

        @Override
        public void close() throws IOException {
            LoopSocket.this.close();
        }
    }

    // ---- the socket

    @Override
    public void connect(SocketAddress address, int timeoutMillis) throws IOException {
        blocking.connect(address, timeoutMillis);
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return in;
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return out;
    }

    @Override
    public void close() throws IOException {
        Optional<Waiting> now = current;
        if (now.isPresent()) {
            now.get().close();
        } else {
            channel.close();
        }
    }

    @Override
    public void shutdownInput() throws IOException {
        channel.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public boolean isConnected() {
        return blocking.isConnected();
    }

    @Override
    public boolean isBound() {
        return blocking.isBound();
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen() || current.map(now -> now.closing).orElse(false);
    }

    @Override
    public boolean isInputShutdown() {
        return blocking.isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return blocking.isOutputShutdown();
    }

    @Override
    public InetAddress getInetAddress() {
        return blocking.getInetAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        return blocking.getLocalAddress();
    }

    @Override
    public int getPort() {
        return blocking.getPort();
    }

    @Override
    public int getLocalPort() {
        return blocking.getLocalPort();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return blocking.getRemoteSocketAddress();
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return blocking.getLocalSocketAddress();
    }

    @Override
    public void setTcpNoDelay(boolean on) throws SocketException {
        blocking.setTcpNoDelay(on);
    }

    @Override
    public boolean getTcpNoDelay() throws SocketException {
        return blocking.getTcpNoDelay();
    }

    @Override
    public void setKeepAlive(boolean on) throws SocketException {
        blocking.setKeepAlive(on);
    }

    @Override
    public boolean getKeepAlive() throws SocketException {
        return blocking.getKeepAlive();
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        blocking.setSoTimeout(millis);
    }

    @Override
    public int getSoTimeout() throws SocketException {
        return blocking.getSoTimeout();
    }

    @Override
    public void setSoLinger(boolean on, int seconds) throws SocketException {
        blocking.setSoLinger(on, seconds);
    }

    @Override
    public int getSoLinger() throws SocketException {
        return blocking.getSoLinger();
    }
}
