package sluice.server;

import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import sluice.api.Named;

/** Finds the provider of a service by the name that the configuration gives. Stateless. */
final class Modules {
    private Modules() {
    }

    /**
     * The provider called {@code name}.
     *
     * @throws IllegalArgumentException if there is none; the message lists those that there are
     */
    static <T extends Named> T find(ServiceLoader<T> providers, String key, String name) {
        List<T> all = providers.stream().map(ServiceLoader.Provider::get).toList();
        return all.stream().filter(provider -> provider.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("modules." + key + ": there is no provider '" + name
                        + "'; there is " + all.stream().map(Named::name).sorted().collect(Collectors.joining(", "))));
    }
}
