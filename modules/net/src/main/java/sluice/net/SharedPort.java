package sluice.net;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A port that two processes of one user listen on (SO_REUSEPORT of socket(7)): the system gives each new connection to one of them, and
 * that one alone can accept it. So who leaves has new connections given to the other first. Stateless.
 */
final class SharedPort {
    private static final List<Path> TABLES = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
    private static final String LISTENS = "0A";
    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_REUSEPORT_CBPF = 51;
    /** Of {@code struct sock_filter}: return the constant. */
    private static final short RETURN = 0x06;
    /** Listeners are numbered in the order in which they came. */
    private static final int SECOND = 1;
    private static final int PROGRAM_BYTES = 16;
    private static final int FILTER_BYTES = 8;

    private SharedPort() {
    }

    /** Lets others listen on the port of {@code listener}, which is not bound yet. */
    static void allow(ServerSocketChannel listener) throws IOException {
        if (!listener.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
            throw new IOException("this system has no SO_REUSEPORT (server.reuse-port)");
        }
        listener.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    }

    /** Whether two listen on one address with this port; false where the system does not tell. */
    static boolean isShared(InetSocketAddress address) {
        String port = String.format(Locale.ROOT, ":%04X", address.getPort());
        for (Path table : TABLES) {
            Map<String, Integer> listeners = new HashMap<>();
            try {
                for (String line : Files.readAllLines(table, StandardCharsets.US_ASCII)) {
                    String[] columns = line.strip().split(" +");
                    if (columns.length > 3 && columns[1].endsWith(port) && columns[3].equals(LISTENS)
                            && listeners.merge(columns[1], 1, Integer::sum) > 1) {
                        return true;
                    }
                }
            } catch (IOException e) {
                // Not Linux, or not for us to read.
            }
        }
        return false;
    }

    /**
     * Has the system give new connections to the listener that came second, so that none is in this one's queue when it closes.
     * Where that cannot be done, the queue is emptied all the same, and a connection that comes within the last moment is reset.
     */
    @SuppressWarnings("restricted") // the launcher allows it; asked for first
    static void giveToTheOther(ServerSocketChannel listener) {
        if (!ReadPoller.hasDescriptors()) {
            return;
        }
        Linker linker = Linker.nativeLinker();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment filter = arena.allocate(FILTER_BYTES, 8);
            filter.set(JAVA_SHORT, 0, RETURN);
            filter.set(JAVA_BYTE, 2, (byte) 0);
            filter.set(JAVA_INT, 4, SECOND);
            MemorySegment program = arena.allocate(PROGRAM_BYTES, 8);
            program.set(JAVA_SHORT, 0, (short) 1);
            program.set(ADDRESS, 8, filter);
            int result = (int) linker.downcallHandle(linker.defaultLookup().find("setsockopt").orElseThrow(),
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT))
                    .invokeExact(ReadPoller.descriptor(listener), SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, program, PROGRAM_BYTES);
            if (result != 0) {
                System.getLogger("sluice.net").log(Level.DEBUG, "the system does not let connections be given to one listener");
            }
        } catch (Throwable e) {
            System.getLogger("sluice.net").log(Level.DEBUG, "no setsockopt", e);
        }
    }
}
