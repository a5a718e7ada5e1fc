package sluice.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A socket over a channel whose streams wait as Java's do, or, between {@link #enter} and {@link #leave}, on an event loop. It
 * is a {@link Socket} so that TLS can be layered over it. One thread reads and one writes at a time; {@link #close} may come from any.
 */
final class LoopSocket extends Socket {
    private final SocketChannel channel;
    private final Socket blocking;
    private final InputStream in = new Input();
    private final OutputStream out = new Output();
    /** The descriptor of a channel that is closed may be another's: so that no loop is told of one that is being closed. */
    private final ReentrantLock life = new ReentrantLock();
    /** Where its streams wait; null: as Java's do. Changed while nobody reads or writes. */
    private volatile Waiting waiting;

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

    /** From now on the streams wait on {@code loop}, if the socket is open and the loop can take it. */
    void enter(EventLoop loop) {
        life.lock();
        try {
            if (channel.isOpen()) {
                waiting = new Waiting(loop);
                channel.configureBlocking(false);
            }
        } catch (IOException e) {
            // It waits as before, or is closed, as the first read will find out.
        } finally {
            life.unlock();
        }
    }

    /** From now on the streams wait as Java's do, on any thread. */
    void leave() {
        life.lock();
        try {
            if (waiting != null) {
                waiting.end();
                waiting = null;
                channel.configureBlocking(true);
            }
        } catch (IOException e) {
            // It is closed, as the next read will find out.
        } finally {
            life.unlock();
        }
    }

    /** From now on the streams of {@code socket} wait where those of the calling thread do, if it can. */
    static void waitHere(Socket socket) {
        if (socket instanceof LoopSocket loop) {
            loop.waitHere();
        }
    }

    /** From now on the streams wait on the loop of the calling thread, or as Java's do if it has none. */
    private void waitHere() {
        if (!waitsHere()) {
            leave();
            EventLoop.here().ifPresent(this::enter);
        }
    }

    /** Whether the streams wait on the loop of the calling thread, or as Java's do if it has none. */
    boolean waitsHere() {
        Optional<EventLoop> here = EventLoop.here();
        Waiting now = waiting;
        return now == null ? here.isEmpty() : here.isPresent() && here.get() == now.loop;
    }

    /**
     * Whether nothing has come that no read has taken, nor the peer's end. Where it is not quiet a byte may be lost, so that it cannot be
     * used any more. Nobody reads or writes meanwhile. Only a read tells the truth: the kernel counts no bytes both of a silent peer and of
     * one that has ended, and a loop knows what had come when it looked last.
     */
    boolean isQuiet() throws IOException {
        Waiting now = waiting;
        if (now != null) {
            return !now.ended && channel.read(ByteBuffer.allocate(1)) == 0;
        }
        channel.configureBlocking(false);
        try {
            return channel.read(ByteBuffer.allocate(1)) == 0;
        } finally {
            channel.configureBlocking(true);
        }
    }

    /** The channel's readiness, as one thread that reads and one that writes wait for it; threads of the loop, or others. */
    private final class Waiting implements Followed.Socket {
        private final EventLoop loop;
        /** By what the loop knows it; -1 once it is forgotten. Under {@link #life}. */
        private int place;
        private volatile Thread reader;
        private volatile Thread writer;
        /** Whether something has come since the reader began to look. */
        private volatile boolean readable;
        /** Whether there is room, or has been since the writer began to write. */
        private volatile boolean writable;
        /** Whether no read will wait any more. */
        private volatile boolean ended;
        /** Whether the last read left room: then the socket was empty, and asking the kernel again is waste. */
        private boolean drained;

        private Waiting(EventLoop loop) throws IOException {
            this.loop = loop;
            place = loop.follow(channel, this);
        }

        @Override
        public void ready(int events) {
            if ((events & NativeEpoll.ENDED) != 0) {
                ended = true;
            }
            if ((events & (NativeEpoll.READABLE | NativeEpoll.ENDED)) != 0) {
                readable = true;
                LockSupport.unpark(reader);
            }
            if ((events & (NativeEpoll.WRITABLE | NativeEpoll.ENDED)) != 0) {
                writable = true;
                LockSupport.unpark(writer);
            }
        }

        /** Whether a read would find nothing, as far as the loop has been told. */
        private boolean isEmpty() {
            return drained && !readable && !ended;
        }

        private int read(ByteBuffer target) throws IOException {
            while (true) {
                if (!isEmpty()) {
                    // First this: what comes from now on will be told.
                    readable = false;
                    int count = channel.read(target);
                    if (count != 0) {
                        drained = count > 0 && target.hasRemaining();
                        return count;
                    }
                    drained = true;
                }
                awaitBytes();
            }
        }

        private void awaitBytes() throws IOException {
            reader = Thread.currentThread();
            try {
                while (isEmpty()) {
                    park();
                }
            } finally {
                reader = null;
            }
        }

        private void write(ByteBuffer source) throws IOException {
            while (source.hasRemaining()) {
                writable = false;
                if (channel.write(source) == 0) {
                    awaitRoom();
                }
            }
        }

        private void awaitRoom() throws IOException {
            writer = Thread.currentThread();
            try {
                while (!writable) {
                    park();
                }
            } finally {
                writer = null;
            }
        }

        private void park() throws IOException {
            if (!channel.isOpen()) {
                throw new ClosedChannelException();
            }
            if (Thread.currentThread().isInterrupted()) {
                LoopSocket.this.close();
                throw new ClosedChannelException();
            }
            LockSupport.park(this);
        }

        /** The channel was closed, or is to wait elsewhere: those who wait find out. */
        private void end() {
            if (place >= 0) {
                loop.forget(channel, place);
                place = -1;
            }
            LockSupport.unpark(reader);
            LockSupport.unpark(writer);
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
            return now != null && now.isEmpty() ? 0 : blocking.getInputStream().available();
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
        life.lock();
        try {
            channel.close();
            if (waiting != null) {
                waiting.end();
            }
        } finally {
            life.unlock();
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
        return !channel.isOpen();
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
