package sluice.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/** An image of Sluice in a folder, run as its users do. */
record Image(Path home) {
    /** The one that this build made. */
    static final Image BUILT = new Image(Path.of(System.getProperty("sluice.image")));

    /** What a run that ended gave: standard output and error together. */
    record Run(int code, String output) { }

    /** The command with its environment; Java's own variables are not inherited. */
    ProcessBuilder command(String javaOptions, String... arguments) {
        ProcessBuilder builder = new ProcessBuilder();
        builder.command().add(home.resolve("bin/sluice").toString());
        builder.command().addAll(java.util.List.of(arguments));
        builder.environment().keySet().removeIf(name -> name.startsWith("JAVA") || name.startsWith("JDK"));
        builder.environment().put("JAVA_OPTS", javaOptions);
        return builder.redirectErrorStream(true);
    }

    /** Runs the command to its end. */
    Run run(String javaOptions, String... arguments) throws IOException, InterruptedException {
        return end(command(javaOptions, arguments).start());
    }

    /** Waits for the end of a process. */
    static Run end(Process process) throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }

    /** A copy in another folder, with the times of its files as {@code cp -a} and {@code tar} keep them. */
    Image copyTo(Path target) throws IOException {
        try (Stream<Path> files = Files.walk(home)) {
            files.forEach(file -> {
                try {
                    Files.copy(file, target.resolve(home.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES,
                            LinkOption.NOFOLLOW_LINKS);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return new Image(target);
    }
}
