package sluice.server;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PlainSocket;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Optional;

/**
 * The byte streams below a socket that Helidon accepted.
 *
 * <p>Helidon's public parts read into a buffer of their own and copy it, or read into a {@link BufferData} that cannot start
 * at an offset. But a byte socket reads and writes by handing its stream to the buffer ({@code BufferData.readFrom}), and a
 * buffer that remembers the stream lets each body be read straight into its own array. See decision 0001.
 *
 * <p>Helidon's buffer of 8 KiB is not read into again, but its socket would hold it as long as the connection lives. Where the
 * launcher opens {@code io.helidon.common.socket} to this module, it is taken away; decision 0114 has the figures.
 */
final class HelidonStreams implements InvocationHandler {
    private static final byte[] NONE = {};
    private static final Optional<Field> READ_BUFFER = readBuffer();

    private InputStream in;
    private OutputStream out;

    private HelidonStreams() {
    }

    @SuppressWarnings("removal") // there is no other way to the stream in this version; a test fails when it goes
    static HelidonStreams of(HelidonSocket socket) {
        HelidonStreams streams = new HelidonStreams();
        BufferData probe = (BufferData) Proxy.newProxyInstance(BufferData.class.getClassLoader(),
                new Class<?>[] {BufferData.class}, streams);
        socket.read(probe);
        socket.write(probe);
        if (streams.in == null || streams.out == null) {
            throw new IllegalStateException("Helidon's socket no longer hands its streams to the buffer: " + socket.getClass());
        }
        giveUpBuffer(socket);
        return streams;
    }

    private static Optional<Field> readBuffer() {
        try {
            Field field = PlainSocket.class.getDeclaredField("readBuffer");
            field.setAccessible(true);
            return Optional.of(field);
        } catch (ReflectiveOperationException | RuntimeException e) {
            System.getLogger("sluice.server").log(Level.DEBUG, "connections keep Helidon's read buffer", e);
            return Optional.empty();
        }
    }

    private static void giveUpBuffer(HelidonSocket socket) {
        if (READ_BUFFER.isPresent() && socket instanceof PlainSocket) {
            try {
                READ_BUFFER.get().set(socket, NONE);
            } catch (IllegalAccessException e) {
                throw new IllegalStateException("a field that was opened is closed", e);
            }
        }
    }

    InputStream in() {
        return in;
    }

    OutputStream out() {
        return out;
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) {
        if (arguments != null && arguments.length == 1 && arguments[0] instanceof InputStream stream) {
            in = stream;
        } else if (arguments != null && arguments.length == 1 && arguments[0] instanceof OutputStream stream) {
            out = stream;
        } else {
            throw new IllegalStateException("Helidon's socket asks its buffer for " + method);
        }
        return method.getReturnType() == int.class ? 0 : null;
    }
}
