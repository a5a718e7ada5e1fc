package sluice.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads configuration files: syntax ({@link YamlFile}), then each key ({@link TreeReader}), then what depends on several
 * ({@link Rules}), then the records ({@link ConfigurationMaker}). All problems are reported together. Thread-safe.
 */
public final class ConfigurationLoader {
    private final Map<String, String> environment;
    private final long heapBytes;
    private final OpenFiles files;

    /**
     * A loader.
     *
     * @param environment variables, for {@code SLUICE_…} and {@code ${env:…}}
     * @param heapBytes most memory of Java's heap, which sizes in percent are shares of
     */
    public ConfigurationLoader(Map<String, String> environment, long heapBytes) {
        this(environment, heapBytes, OpenFiles.UNLIMITED);
    }

    /** One that knows how many files the process may have open, too. */
    ConfigurationLoader(Map<String, String> environment, long heapBytes, OpenFiles files) {
        this.environment = Map.copyOf(environment);
        this.heapBytes = heapBytes;
        this.files = files;
    }

    /** A loader for this process. */
    public static ConfigurationLoader ofThisProcess() {
        return new ConfigurationLoader(System.getenv(), Runtime.getRuntime().maxMemory(), OpenFiles.ofThisProcess());
    }

    /** The defaults alone: no clients and, unlike in any file, no accounts. */
    public static Configuration defaults() {
        Problems problems = new Problems("defaults");
        Values values = TreeReader.read(new YamlNode.Table(Map.of(), 0), Map.of(),
                new ReadContext(new References(Map.of(), Path.of("")), Path.of(""), Runtime.getRuntime().maxMemory()),
                problems);
        return ConfigurationMaker.of(values, List.of());
    }

    /** Reads a file. Relative paths in it start from its folder. */
    public LoadResult load(Path file) {
        String name = String.valueOf(file.getFileName());
        try {
            Optional<String> refused = InputFile.refused(file, InputFile.MAX_BYTES);
            if (refused.isPresent()) {
                return rejected(name, refused.get());
            }
            Path folder = file.toAbsolutePath().getParent();
            return parse(name, Files.readString(file, StandardCharsets.UTF_8), folder == null ? Path.of("") : folder);
        } catch (NoSuchFileException e) {
            return rejected(name, "does not exist (" + file.toAbsolutePath() + "); name another one with --config FILE");
        } catch (CharacterCodingException e) {
            return rejected(name, "is not UTF-8");
        } catch (IOException e) {
            return rejected(name, "cannot be read (" + e + ")");
        }
    }

    /**
     * Reads a text.
     *
     * @param name what problems call it
     * @param folder where relative paths start
     */
    public LoadResult parse(String name, String yaml, Path folder) {
        Problems problems = new Problems(name);
        YamlNode.Table root = YamlFile.read(yaml, heapBytes, problems);
        if (problems.hasErrors()) {
            return new LoadResult.Rejected(problems.all(), ModuleChoice.USUAL, LogSettings.USUAL);
        }
        ReadContext context = new ReadContext(new References(environment, folder), folder, heapBytes);
        Values values = TreeReader.read(root, environment, context, problems);
        Rules.check(values, problems, Instant.now());
        FittedLimits.fit(values, problems, heapBytes, files);
        List<ModelPrice> prices = filePrices(values, problems);
        if (problems.hasErrors()) {
            return new LoadResult.Rejected(problems.all(), ConfigurationMaker.modules(values),
                    ConfigurationMaker.log(values));
        }
        return new LoadResult.Loaded(ConfigurationMaker.of(values, prices), new EffectiveConfiguration(values),
                context.references().files(), problems.all());
    }

    private static List<ModelPrice> filePrices(Values values, Problems problems) {
        String key = "usage.price-file";
        Optional<Path> file = values.find(key, Path.class);
        if (file.isEmpty()) {
            return List.of();
        }
        try {
            PriceFile.Content content = PriceFile.read(file.get());
            content.problems().forEach(problem -> problems.warning(key, values.line(key), file.get() + ": " + problem));
            if (content.prices().isEmpty()) {
                problems.error(key, values.line(key), file.get() + " has no price");
            }
            return content.prices();
        } catch (NoSuchFileException e) {
            problems.error(key, values.line(key), file.get() + " does not exist");
        } catch (IOException e) {
            problems.error(key, values.line(key), file.get() + ": " + e.getMessage());
        }
        return List.of();
    }

    private static LoadResult rejected(String name, String message) {
        return new LoadResult.Rejected(List.of(new Problem(true, name, "", 0, message)), ModuleChoice.USUAL, LogSettings.USUAL);
    }
}
