package sluice.ops;

import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.MetricsFactory;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** Gauges of the process and its virtual machine, read when they are asked for. Stateless. */
final class ProcessMeters {
    private static final Path STATUS = Path.of("/proc/self/status");

    private final MetricsFactory factory;
    private final MeterRegistry registry;

    private ProcessMeters(MetricsFactory factory, MeterRegistry registry) {
        this.factory = factory;
        this.registry = registry;
    }

    /** Registers them. */
    static void register(MetricsFactory factory, MeterRegistry registry) {
        ProcessMeters meters = new ProcessMeters(factory, registry);
        Runtime runtime = Runtime.getRuntime();
        List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
        meters.gauge("process_cpu_seconds_total", "CPU time of the process.", ProcessMeters::cpuSeconds);
        meters.gauge("process_uptime_seconds", "Since the start of the virtual machine.",
                () -> ManagementFactory.getRuntimeMXBean().getUptime() / 1e3);
        meters.gauge("process_resident_memory_bytes", "Resident memory; 0 where /proc does not tell.",
                ProcessMeters::residentBytes);
        meters.gauge("jvm_heap_used_bytes", "Heap in use.", () -> runtime.totalMemory() - runtime.freeMemory());
        meters.gauge("jvm_heap_committed_bytes", "Heap that the virtual machine holds.", runtime::totalMemory);
        meters.gauge("jvm_heap_max_bytes", "Largest heap.", runtime::maxMemory);
        meters.gauge("jvm_threads", "Platform threads.", () -> ManagementFactory.getThreadMXBean().getThreadCount());
        meters.gauge("jvm_processors", "Processors that may be used.", runtime::availableProcessors);
        meters.gauge("jvm_gc_collections_total", "Garbage collections.",
                () -> sum(collectors, GarbageCollectorMXBean::getCollectionCount));
        meters.gauge("jvm_gc_seconds_total", "Time spent in garbage collections.",
                () -> sum(collectors, GarbageCollectorMXBean::getCollectionTime) / 1e3);
    }

    private void gauge(String name, String description, Supplier<Number> source) {
        registry.getOrCreate(factory.gaugeBuilder(name, source).description(description));
    }

    private static long sum(List<GarbageCollectorMXBean> collectors, ToLongFunction<GarbageCollectorMXBean> read) {
        return collectors.stream().mapToLong(read).filter(value -> value > 0).sum();
    }

    private static double cpuSeconds() {
        return ProcessHandle.current().info().totalCpuDuration().map(Duration::toMillis).orElse(0L) / 1e3;
    }

    private static long residentBytes() {
        try {
            for (String line : Files.readAllLines(STATUS, StandardCharsets.US_ASCII)) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
                }
            }
        } catch (IOException e) {
            // Not a Linux: the gauge's description says what 0 means.
        }
        return 0;
    }
}
