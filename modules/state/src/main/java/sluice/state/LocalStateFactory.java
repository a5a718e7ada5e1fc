package sluice.state;

import java.util.Map;
import sluice.api.SharedState;

/** Provides {@code state: local}. */
public final class LocalStateFactory implements SharedState.Factory {
    /** For the service loader. */
    public LocalStateFactory() {
    }

    @Override
    public String name() {
        return "local";
    }

    @Override
    public SharedState create(Map<String, String> settings) {
        return LocalState.open(LocalSettings.of(settings), System::nanoTime, System::currentTimeMillis);
    }
}
