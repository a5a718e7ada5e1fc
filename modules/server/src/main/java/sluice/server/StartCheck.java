package sluice.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sluice.config.Configuration;
import sluice.config.InputFile;
import sluice.config.LoadResult;
import sluice.edge.DataTls;
import sluice.net.TrustedCertificates;

/**
 * What would keep a gateway from starting although its configuration is right in itself: modules that are not here, certificates and
 * keys that cannot be used, folders that cannot be written. {@code serve}, {@code check} and each reload ask it. Stateless.
 */
final class StartCheck {
    private StartCheck() {
    }

    /** Everything that is wrong, each with the key that it is about; empty if nothing is. Makes and opens nothing. */
    static List<String> problems(Configuration configuration) {
        List<String> found = new ArrayList<>();
        add(found, "", () -> Providers.find(configuration.modules()).usage().check(configuration.usage().sink()));
        configuration.server().tls().map(DataTls::faults).ifPresent(found::addAll);
        configuration.server().admin().tls().map(DataTls::faults).ifPresent(found::addAll);
        configuration.upstream().trustedCertificates().ifPresent(file -> add(found, "upstream.ca", () -> authorities(file)));
        Optional.ofNullable(configuration.usage().sink().get("path")).map(Path::of)
                .flatMap(path -> unwritable("usage.path", path)).ifPresent(found::add);
        configuration.state().path().flatMap(path -> unwritable("state.path", path)).ifPresent(found::add);
        return found;
    }

    /** The modules that are not here, where the file has other errors as well: all of it is told at once. */
    static List<String> modules(LoadResult result) {
        List<String> found = new ArrayList<>();
        if (result instanceof LoadResult.Rejected rejected) {
            add(found, "", () -> Providers.find(rejected.modules()));
        }
        return found;
    }

    private static void authorities(Path file) throws IOException {
        Optional<String> refused = Files.exists(file) ? InputFile.refused(file, InputFile.MAX_BYTES) : Optional.empty();
        if (refused.isPresent()) {
            throw new IOException(file + " " + refused.get());
        }
        TrustedCertificates.context(Optional.of(file));
    }

    /** Something that throws where it finds a fault. */
    private interface Trial {
        void run() throws IOException;
    }

    private static void add(List<String> found, String key, Trial trial) {
        try {
            trial.run();
        } catch (IOException | IllegalArgumentException e) {
            e.getMessage().lines().forEach(line -> found.add((key.isEmpty() ? "" : key + ": ") + line));
        }
    }

    /** Why a file could not be written: it, or the nearest folder above it that there is, is not ours to write. */
    private static Optional<String> unwritable(String key, Path file) {
        if (Files.exists(file)) {
            return Files.isDirectory(file) ? Optional.of(key + ": " + file + " is a folder; name a file")
                    : Files.isWritable(file) ? Optional.empty() : Optional.of(key + ": " + file + " cannot be written by this user");
        }
        Path folder = file.toAbsolutePath().getParent();
        while (folder.getParent() != null && !Files.exists(folder)) {
            folder = folder.getParent();
        }
        return !Files.isDirectory(folder) ? Optional.of(key + ": " + folder + " is not a folder, so " + file + " cannot be made")
                : Files.isWritable(folder) ? Optional.empty()
                : Optional.of(key + ": the folder " + folder + " cannot be written by this user, so " + file + " cannot be made");
    }
}
