package sluice.server;

import java.nio.file.Path;
import java.util.stream.Collectors;
import sluice.config.Configuration;
import sluice.config.ConfigurationLoader;
import sluice.config.LoadResult;

/** What {@code sluice demo} runs with: a file like any other, and the settings for clients that go with it. Stateless. */
final class DemoConfiguration {
    private DemoConfiguration() {
    }

    /** Two accounts at one simulated upstream; the model {@code fast} is mapped, all others pass. */
    static Configuration of(int simulatorPort, int port, int adminPort) {
        String yaml = """
                server: {port: %d, admin: {port: %d, open: true}}
                accounts:
                  - name: first
                    base-url: "http://127.0.0.1:%3$d/v1"
                    api-key: sk-demo-first
                    models: [{from: fast, to: gpt-5-mini}, {from: "*"}]
                  - name: second
                    base-url: "http://127.0.0.1:%3$d/v1"
                    api-key: sk-demo-second
                    models: [{from: fast, to: gpt-5-mini}, {from: "*"}]
                log: {requests: text}
                """.formatted(port, adminPort, simulatorPort);
        return switch (ConfigurationLoader.ofThisProcess().parse("demo", yaml, Path.of(""))) {
            case LoadResult.Loaded loaded -> loaded.configuration();
            case LoadResult.Rejected rejected -> throw new IllegalStateException(rejected.problems().stream()
                    .map(Object::toString).collect(Collectors.joining("\n")));
        };
    }

    /** How to go on. */
    static String hints(int port, int adminPort) {
        return """
                The gateway stays up; Ctrl-C ends it. Go on with:

                  curl -N http://127.0.0.1:%1$d/v1/responses -H 'content-type: application/json' \\
                    -d '{"model":"fast","stream":true,"input":"hi"}'

                  curl http://127.0.0.1:%1$d/v1/models
                  curl http://127.0.0.1:%2$d/health

                Codex (~/.codex/config.toml), with SLUICE_KEY=anything in its environment:

                  model = "gpt-5.1-codex"
                  model_provider = "sluice"
                  [model_providers.sluice]
                  name = "Sluice"
                  base_url = "http://127.0.0.1:%1$d/v1"
                  env_key = "SLUICE_KEY"
                  wire_api = "responses"

                SDKs: OPENAI_BASE_URL=http://127.0.0.1:%1$d/v1 OPENAI_API_KEY=anything
                """.formatted(port, adminPort);
    }
}
