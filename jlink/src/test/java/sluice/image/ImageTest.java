package sluice.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import sluice.api.Command;

/** Runs the image that was built, through its launcher. */
class ImageTest {
    private static final Pattern GATEWAY = Pattern.compile("gateway +(http://127\\.0\\.0\\.1:\\d+/v1)");
    private static final String CACHE_IN_USE = "Using AOT-linked classes: true";

    @Test
    void streamsThroughTheGatewayAndEndsCleanlyAtSigterm() throws Exception {
        Process process = Image.BUILT.command("", "demo").start();
        try {
            URI gateway = URI.create(gatewayOf(process) + "/responses");
            HttpRequest request = HttpRequest.newBuilder(gateway).header("content-type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"fast\",\"stream\":true,\"input\":\"hi\"}")).build();
            HttpResponse<Stream<String>> response =
                    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofLines());
            List<String> events = response.body().filter(line -> line.startsWith("event: ")).toList();
            assertEquals(200, response.statusCode());
            assertEquals("event: response.created", events.getFirst());
            assertTrue(events.contains("event: response.output_text.delta"), events::toString);
            assertEquals("event: response.completed", events.getLast());
        } finally {
            process.toHandle().destroy();
        }
        Image.Run end = Image.end(process);
        assertEquals(0, end.code(), end::output);
    }

    @Test
    void decodesZstdWithoutUnpackingALibrary(@TempDir Path folder) throws Exception {
        Process process = Image.BUILT.command("-Djava.io.tmpdir=" + folder, "demo").start();
        try {
            // "{}" as a zstd frame of one raw block (RFC 8878 §3.1.1)
            byte[] body = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 0x20, 0x02, 0x11, 0x00, 0x00, '{', '}'};
            HttpRequest request = HttpRequest.newBuilder(URI.create(gatewayOf(process) + "/responses"))
                    .header("content-type", "application/json").header("content-encoding", "zstd")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body)).build();
            HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
            assertTrue(response.body().contains("model_required"), response::body);
        } finally {
            process.toHandle().destroy();
        }
        Image.Run end = Image.end(process);
        assertFalse(end.output().contains("WARNING"), end::output);
        try (Stream<Path> unpacked = Files.list(folder)) {
            assertEquals(List.of(), unpacked.toList());
        }
    }

    @Test
    void demonstratesItselfOnce() throws Exception {
        Image.Run run = Image.BUILT.run("", "demo", "--once");
        assertEquals(0, run.code(), run::output);
        assertTrue(run.output().contains("response.completed"), run::output);
    }

    @Test
    void measuresWhatItsGatewayAdds() throws Exception {
        Image.Run run = Image.BUILT.run("", "bench", "--duration", "400ms", "--warm-up", "0ms", "--rounds", "2", "--interval", "0ms",
                "--body", "2KiB");
        assertEquals(0, run.code(), run::output);
        assertTrue(Pattern.compile("answered +20 +20").matcher(run.output()).find(), run::output);
        assertTrue(Pattern.compile("CPU of the gateway per request +[1-9]\\d* µs").matcher(run.output()).find(), run::output);
    }

    @Test
    void usesItsCacheWhereverItIsMovedTo(@TempDir Path folder) throws Exception {
        Image moved = Image.BUILT.copyTo(folder.resolve("with space"));
        Image.Run run = moved.run("-Xlog:aot=info", "version");
        assertEquals(0, run.code(), run::output);
        assertTrue(run.output().contains(CACHE_IN_USE), run::output);
        assertTrue(moved.run("-Xlog:aot=info", "demo", "--once").output().contains(CACHE_IN_USE));
    }

    @Test
    void worksWithoutItsCache(@TempDir Path folder) throws Exception {
        Image moved = Image.BUILT.copyTo(folder.resolve("sluice"));
        Files.delete(moved.home().resolve("lib/sluice.aot"));
        Image.Run run = moved.run("", "version");
        assertEquals(0, run.code(), run::output);
        assertTrue(run.output().startsWith("sluice "), run::output);
    }

    @Test
    void findsItselfThroughLinks(@TempDir Path folder) throws Exception {
        Path bin = Files.createDirectories(folder.resolve("usr/bin"));
        Path absolute = Files.createSymbolicLink(folder.resolve("absolute"), Image.BUILT.home().resolve("bin/sluice"));
        Path relative = Files.createSymbolicLink(bin.resolve("sluice"), bin.relativize(absolute));
        Process process = new ProcessBuilder(relative.toString(), "version").redirectErrorStream(true).start();
        Image.Run run = Image.end(process);
        assertEquals(0, run.code(), run::output);
        assertTrue(run.output().startsWith("sluice "), run::output);
    }

    @Test
    void javaOptionsOverrideTheDefaults() throws Exception {
        Image.Run defaults = Image.BUILT.run("-XX:+PrintFlagsFinal", "version");
        assertTrue(flag(defaults, "UseSerialGC", "true") && flag(defaults, "UseCompactObjectHeaders", "true"));
        Image.Run parallel = Image.BUILT.run("-XX:+UseParallelGC -Xmx99m -XX:+PrintFlagsFinal", "version");
        assertEquals(0, parallel.code(), parallel::output);
        assertTrue(flag(parallel, "UseParallelGC", "true") && flag(parallel, "UseSerialGC", "false"));
        assertTrue(flag(parallel, "MaxHeapSize", Long.toString(100L << 20)), "99 MiB, rounded up to the collector's step");
    }

    private static boolean flag(Image.Run run, String name, String value) {
        return Pattern.compile("\\b" + name + "\\s+=\\s+" + value + "\\b").matcher(run.output()).find();
    }

    @Test
    void textsAreUtf8WhateverTheLocale() throws Exception {
        ProcessBuilder builder = Image.BUILT.command("", "demo", "--once");
        builder.environment().put("LC_ALL", "C");
        Image.Run run = Image.end(builder.start());
        assertTrue(run.output().contains("世界"), run::output);
    }

    @Test
    void findsCommandsInItsPluginFolder(@TempDir Path folder) throws Exception {
        Image moved = Image.BUILT.copyTo(folder.resolve("sluice"));
        assertFalse(moved.run("", "--help").output().contains("greet"));
        plugin(folder, moved.home().resolve("plugins/greeting.jar"));
        Image.Run run = moved.run("", "greet", "Ada");
        assertEquals(0, run.code(), run::output);
        assertTrue(run.output().contains("Hello, Ada"), run::output);
        assertTrue(moved.run("", "--help").output().contains("Says hello."));
        Image.Run demo = moved.run("", "demo", "--once");
        assertEquals(0, demo.code(), demo::output);
    }

    private static void plugin(Path folder, Path jar) throws IOException {
        Path source = Files.createDirectories(folder.resolve("plugin/greeting"));
        Path module = Files.writeString(folder.resolve("plugin/module-info.java"), """
                module greeting {
                    requires sluice.api;
                    requires info.picocli;
                    provides sluice.api.Command with greeting.Greet;
                    opens greeting to info.picocli;
                }
                """);
        Path greet = Files.writeString(source.resolve("Greet.java"), """
                package greeting;
                public final class Greet implements sluice.api.Command {
                    public String name() { return "greet"; }
                    public String summary() { return "Says hello."; }
                    public java.util.concurrent.Callable<Integer> options(java.io.PrintStream out, java.io.PrintStream err) {
                        return new Options(out);
                    }
                    @picocli.CommandLine.Command(name = "sluice greet")
                    private static final class Options implements java.util.concurrent.Callable<Integer> {
                        private final java.io.PrintStream out;
                        @picocli.CommandLine.Parameters
                        private String name;
                        Options(java.io.PrintStream out) { this.out = out; }
                        public Integer call() {
                            out.println("Hello, " + name);
                            return 0;
                        }
                    }
                }
                """);
        Path classes = Files.createDirectories(folder.resolve("classes"));
        String path = pathOf(Command.class) + File.pathSeparator + pathOf(CommandLine.class);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assertEquals(0, compiler.run(null, null, null, "-d", classes.toString(), "--module-path", path,
                module.toString(), greet.toString()));
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar)); Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
                out.closeEntry();
            }
        }
    }

    private static Path pathOf(Class<?> type) {
        return Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString()));
    }

    private static String gatewayOf(Process process) throws IOException {
        List<String> seen = new ArrayList<>();
        BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            seen.add(line);
            Matcher matcher = GATEWAY.matcher(line);
            if (matcher.find()) {
                return matcher.group(1);
            }
        }
        throw new AssertionError("no gateway: " + seen);
    }
}
