package sluice.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;

class KeepAliveProbesTest {
    @Test
    void aSilentConnectionIsProbedAfterAMinute() throws IOException {
        try (SocketChannel channel = SocketChannel.open()) {
            KeepAliveProbes.on(channel);
            assertTrue(channel.getOption(StandardSocketOptions.SO_KEEPALIVE));
            assertEquals(60, channel.getOption(ExtendedSocketOptions.TCP_KEEPIDLE));
        }
    }

    @Test
    void everySocketOfTheDialerIs() throws IOException {
        try (SocketChannel channel = SocketChannel.open(); LoopSocket socket = new LoopSocket(channel)) {
            assertTrue(socket.getKeepAlive());
            assertEquals(60, channel.getOption(ExtendedSocketOptions.TCP_KEEPIDLE));
        }
    }

    @Test
    void aClosedChannelIsSaidToBeClosed() throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.close();
        assertThrows(ClosedChannelException.class, () -> KeepAliveProbes.on(channel));
    }
}
