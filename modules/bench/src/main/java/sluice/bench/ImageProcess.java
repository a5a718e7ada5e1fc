package sluice.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process of the image that serves on loopback until it is closed. Linux only, for its clock. */
final class ImageProcess implements AutoCloseable {
    private static final Pattern ANNOUNCED = Pattern.compile("(http://127\\.0\\.0\\.1:\\d+/v1)");
    @SuppressWarnings("restricted")
    private static final MethodHandle CLOCK = Linker.nativeLinker().downcallHandle(
            Linker.nativeLinker().defaultLookup().findOrThrow("clock_gettime"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    /** A process clock of all threads that ran, in Linux's encoding of clock ids. */
    private static final int CPU_OF_PROCESS = 2;

    private final Process process;
    private final URI uri;

    private ImageProcess(Process process, URI uri) {
        this.process = process;
        this.uri = uri;
    }

    /** Starts {@code sluice} with these arguments, and waits until it says where it serves. */
    static ImageProcess start(Path launcher, String... arguments) throws IOException {
        return start("", launcher, arguments);
    }

    /** The same, with options for Java. */
    static ImageProcess start(String javaOptions, Path launcher, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        if (!javaOptions.isEmpty()) {
            builder.environment().put("JAVA_OPTS", javaOptions);
        }
        Process process = builder.start();
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        StringBuilder said = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher matcher = ANNOUNCED.matcher(line);
            if (matcher.find()) {
                Thread.startVirtualThread(() -> lines.lines().forEach(ignored -> { }));
                return new ImageProcess(process, URI.create(matcher.group(1)));
            }
            said.append(line).append('\n');
        }
        throw new IOException(String.join(" ", command) + " ended instead of serving: " + said.toString().strip());
    }

    /** With {@code /v1}. */
    URI uri() {
        return uri;
    }

    long pid() {
        return process.pid();
    }

    /** CPU time of all its threads, also of those that have ended. */
    long cpuNanos() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment time = arena.allocate(ValueLayout.JAVA_LONG, 2);
            int clock = (int) (~process.pid() << 3) | CPU_OF_PROCESS;
            if ((int) CLOCK.invokeExact(clock, time) != 0) {
                throw new IllegalStateException("no CPU clock of process " + process.pid());
            }
            return time.getAtIndex(ValueLayout.JAVA_LONG, 0) * 1_000_000_000 + time.getAtIndex(ValueLayout.JAVA_LONG, 1);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** The most memory that it has had, in MiB. */
    double peakMebibytes() throws IOException {
        return mebibytes("status", "VmHWM:");
    }

    /** The memory that it has now, in MiB. */
    double residentMebibytes() throws IOException {
        return mebibytes("status", "VmRSS:");
    }

    /** The part of it that it has written to and that is shared with nobody, in MiB. */
    double privateMebibytes() throws IOException {
        return mebibytes("smaps_rollup", "Private_Dirty:");
    }

    private double mebibytes(String file, String name) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/" + file)).stream().filter(line -> line.startsWith(name))
                .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024.0).findFirst().orElseThrow();
    }

    @Override
    public void close() {
        process.toHandle().destroy();
        boolean interrupted = false;
        while (process.isAlive()) {
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
