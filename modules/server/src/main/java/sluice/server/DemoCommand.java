package sluice.server;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import sluice.api.Command;
import sluice.config.Configuration;

/** {@code sluice demo}: gateway and simulated upstream on this machine, and one stream through both. */
@CommandLine.Command(name = "demo", mixinStandardHelpOptions = true,
        description = "Starts the gateway and a simulated upstream on this machine and sends a stream through both.")
final class DemoCommand implements Callable<Integer> {
    private static final int CONNECT_TRIES = 200;
    private static final int CONNECT_PAUSE_MILLIS = 25;
    private static final String REQUEST = """
            {"model":"fast","stream":true,"prompt_cache_key":"demo-session",\
            "input":[{"role":"user","content":[{"type":"input_text","text":"Say hello through the gateway."}]}]}""";

    @CommandLine.Option(names = "--once", description = "Ends after the stream instead of staying up.")
    private boolean once;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        int simulatorPort = freePort(9000);
        out.printf("upstream  simulated, http://127.0.0.1:%d/v1%n", simulatorPort);
        startSimulator(simulatorPort);
        Configuration configuration = DemoConfiguration.of(simulatorPort, freePort(8080), freePort(8081));
        Signals signals = new Signals();
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        try (GatewayProcess gateway = GatewayProcess.start(configuration, new PrintStream(log, true, StandardCharsets.UTF_8))) {
            out.printf("gateway   http://127.0.0.1:%d/v1  (admin: http://127.0.0.1:%d)%n%n", gateway.port(), gateway.adminPort());
            boolean whole = stream(gateway.port(), out);
            if (!whole) {
                out.println("the stream did not end as it should");
                return 1;
            }
            out.println();
            out.println("what the gateway did:");
            out.println("  " + lineOf(log, gateway));
            gateway.gateway().inForce().scheduler().recentDecisions(1).forEach(decision ->
                    out.println("  chosen by " + decision.layer().name().toLowerCase(Locale.ROOT).replace('_', ' ')
                            + ": " + decision.account()));
            out.println();
            if (once) {
                return 0;
            }
            out.print(DemoConfiguration.hints(gateway.port(), gateway.adminPort()));
            out.flush();
            signals.next(java.time.Duration.ZERO);
        }
        return 0;
    }

    private void startSimulator(int port) throws IOException {
        Command simulate = ServiceLoader.load(Command.class).stream().map(ServiceLoader.Provider::get)
                .filter(command -> command.name().equals("simulate")).findFirst()
                .orElseThrow(() -> new IllegalStateException("the simulator is not in this image (module sluice.simulator)"));
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        CommandLine line = new CommandLine(simulate.options(nowhere, System.err));
        Thread.ofPlatform().daemon().name("simulator").start(() -> Main.execute(line, new String[] {"--port", Integer.toString(port)},
                nowhere, System.err));
        for (int i = 0; i < CONNECT_TRIES; i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                if (socket.isConnected()) {
                    return;
                }
            } catch (IOException notYet) {
                java.util.concurrent.locks.LockSupport.parkNanos(CONNECT_PAUSE_MILLIS * 1_000_000L);
            }
        }
        throw new IOException("the simulated upstream does not listen on port " + port);
    }

    /** The request's line in the log; it is written right after the answer's last byte. */
    private static String lineOf(ByteArrayOutputStream log, GatewayProcess gateway) {
        while (gateway.gateway().inFlight() > 0) {
            Thread.onSpinWait();
        }
        gateway.flushLog();
        return log.toString(StandardCharsets.UTF_8).strip();
    }

    /** Sends the request and prints each event with its time; true if it ended with {@code response.completed}. */
    private static boolean stream(int port, PrintWriter out) throws IOException {
        long start = System.nanoTime();
        boolean completed = false;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            byte[] body = REQUEST.getBytes(StandardCharsets.UTF_8);
            String head = "POST /v1/responses HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nContent-Type: application/json\r\n"
                    + "Connection: close\r\nContent-Length: " + body.length + "\r\n\r\n";
            OutputStream to = socket.getOutputStream();
            to.write((head + REQUEST).getBytes(StandardCharsets.UTF_8));
            BufferedReader from = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            out.println("POST /v1/responses  " + REQUEST);
            out.println();
            String event = "";
            for (String line = from.readLine(); line != null; line = from.readLine()) {
                if (line.startsWith("HTTP/1.1 ")) {
                    out.println(line);
                } else if (line.startsWith("{")) {
                    out.println(line);
                } else if (line.startsWith("event: ")) {
                    event = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    out.printf(Locale.ROOT, "%8.1f ms  %-40s %s%n", (System.nanoTime() - start) / 1e6, event, shorten(line));
                    completed |= event.equals("response.completed");
                }
                out.flush();
            }
        }
        return completed;
    }

    private static String shorten(String data) {
        String text = data.substring(6);
        int delta = text.indexOf("\"delta\":\"");
        if (delta >= 0) {
            return text.substring(delta);
        }
        return text.length() > 100 ? text.substring(0, 100) + "…" : text;
    }

    /** {@code wanted}, or any free port of the loopback address if that one is taken. */
    private static int freePort(int wanted) throws IOException {
        try (ServerSocket socket = new ServerSocket(wanted, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException taken) {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            }
        }
    }
}
