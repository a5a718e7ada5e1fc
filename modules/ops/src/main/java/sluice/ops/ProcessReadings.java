package sluice.ops;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** How the process is, as metrics. Stateless. */
final class ProcessReadings {
    private ProcessReadings() {
    }

    static List<ScrapedGauges.Reading> of(GatewayView gateway, Instant now) {
        Condition condition = gateway.condition();
        List<ScrapedGauges.Reading> all = new ArrayList<>();
        all.add(new ScrapedGauges.Reading("sluice_build_info", "1; which Sluice on which Java.",
                List.of("version", condition.version(), "java", Runtime.version().toString()), 1));
        all.add(new ScrapedGauges.Reading("sluice_listening", "1 while the data port takes connections.", List.of(),
                condition.listening() ? 1 : 0));
        all.add(new ScrapedGauges.Reading("sluice_reload_refused", "1 while the configuration that was read last is not in force.",
                List.of(), condition.reloadRefused() ? 1 : 0));
        condition.certificateEnds().forEach((port, end) -> all.add(new ScrapedGauges.Reading("sluice_certificate_left_seconds",
                "How long the certificate of a port is valid still.", List.of("port", port),
                Duration.between(now, end).toMillis() / 1000.0)));
        return all;
    }
}
