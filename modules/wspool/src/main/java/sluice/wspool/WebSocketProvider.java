package sluice.wspool;

import java.io.IOException;
import java.io.UncheckedIOException;
import sluice.api.TurnPool;
import sluice.api.Upstream;
import sluice.api.UpstreamSettings;

/** Provides pooled WebSocket connections: to clients that keep one, and as an upstream for single HTTP requests. */
public final class WebSocketProvider implements TurnPool.Factory, Upstream.Factory {
    /** For the service loader. */
    public WebSocketProvider() {
        // nothing to set up
    }

    @Override
    public String name() {
        return "websocket";
    }

    @Override
    public TurnPool create(UpstreamSettings upstream) {
        return create(upstream, TurnPool.Settings.DEFAULT);
    }

    @Override
    public TurnPool create(UpstreamSettings upstream, TurnPool.Settings settings) {
        return create(upstream, settings, new LeanSeating());
    }

    @Override
    public TurnPool create(UpstreamSettings upstream, TurnPool.Settings settings, TurnPool.Seats.Factory seats) {
        try {
            return new TurnPools(upstream, settings, seats);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
