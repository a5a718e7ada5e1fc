package sluice.server;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.socket.HelidonSocket;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * The byte streams below a socket that Helidon accepted.
 *
 * <p>Helidon's public parts read into a buffer of their own and copy it, or read into a {@link BufferData} that cannot start
 * at an offset. But a byte socket reads and writes by handing its stream to the buffer ({@code BufferData.readFrom}), and a
 * buffer that remembers the stream lets each body be read straight into its own array. See decision 0001.
 */
final class HelidonStreams implements InvocationHandler {
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
        return streams;
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
