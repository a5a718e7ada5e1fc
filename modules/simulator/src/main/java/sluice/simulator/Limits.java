package sluice.simulator;

import java.time.Duration;
import sluice.api.Headers;

/** What the upstream says of an account's limits: in headers, in an event before the answer, and in errors. Stateless. */
final class Limits {
    private static final int PRIMARY_MINUTES = 300;
    private static final int SECONDARY_MINUTES = 10_080;

    /** One window of a plan's limit. */
    private record Window(String name, int usedPercent, int minutes, long resetsInSeconds) {
        static Window primary(Fault fault) {
            return new Window("primary", fault.count(FaultOption.USED, 1), fault.count(FaultOption.WINDOW, PRIMARY_MINUTES),
                    seconds(fault, FaultOption.RENEWS, 3600));
        }

        static Window secondary(Fault fault) {
            return new Window("secondary", fault.count(FaultOption.USED2, 1),
                    fault.count(FaultOption.WINDOW2, SECONDARY_MINUTES), seconds(fault, FaultOption.RENEWS2, 86_400));
        }

        String json() {
            return "\"" + name + "\":{\"used_percent\":" + usedPercent + ",\"window_minutes\":" + minutes
                    + ",\"reset_after_seconds\":" + resetsInSeconds + ",\"reset_at\":" + (now() + resetsInSeconds) + "}";
        }

        void addTo(Headers.Builder headers) {
            String prefix = "x-codex-" + name;
            headers.add(prefix + "-used-percent", Integer.toString(usedPercent));
            headers.add(prefix + "-window-minutes", Integer.toString(minutes));
            headers.add(prefix + "-reset-after-seconds", Long.toString(resetsInSeconds));
            headers.add(prefix + "-reset-at", Long.toString(now() + resetsInSeconds));
        }
    }

    private Limits() {
    }

    /** The members of a {@code codex.rate_limits} event, each with a comma before it. */
    static String event(Fault fault) {
        boolean reached = fault.count(FaultOption.USED, 1) >= 100 || fault.count(FaultOption.USED2, 1) >= 100;
        return ",\"plan_type\":\"" + fault.text(FaultOption.PLAN).orElse("plus") + "\",\"rate_limits\":{\"allowed\":" + !reached
                + ",\"limit_reached\":" + reached + "," + Window.primary(fault).json() + "," + Window.secondary(fault).json() + "}";
    }

    /** On every HTTP answer. */
    static void addRates(Fault fault, Headers.Builder headers) {
        boolean exhausted = fault.has(FaultOption.RESET);
        int limit = fault.count(FaultOption.LIMIT, 10_000);
        headers.add("x-ratelimit-limit-requests", Integer.toString(limit));
        headers.add("x-ratelimit-remaining-requests",
                Integer.toString(fault.count(FaultOption.REMAINING, exhausted ? 0 : limit - 1)));
        headers.add("x-ratelimit-reset-requests", fault.text(FaultOption.RESET).orElse("6ms"));
        if (fault.has(FaultOption.LIMIT_TOKENS)) {
            int tokens = fault.count(FaultOption.LIMIT_TOKENS, 0);
            headers.add("x-ratelimit-limit-tokens", Integer.toString(tokens));
            headers.add("x-ratelimit-remaining-tokens", Integer.toString(fault.count(FaultOption.REMAINING_TOKENS, tokens)));
            headers.add("x-ratelimit-reset-tokens", fault.text(FaultOption.RESET_TOKENS).orElse("0s"));
        }
    }

    /** On HTTP answers and WebSocket handshakes, where they are asked for. */
    static void addPlan(Fault fault, Headers.Builder headers) {
        if (fault.has(FaultOption.CODEX_HEADERS)) {
            headers.add("x-codex-plan-type", fault.text(FaultOption.PLAN).orElse("plus"));
            Window.primary(fault).addTo(headers);
            Window.secondary(fault).addTo(headers);
        }
    }

    /** Members of an error that say when a limit ends, each with a comma before it. */
    static String inError(Fault fault) {
        StringBuilder out = new StringBuilder();
        fault.text(FaultOption.PLAN).ifPresent(plan -> out.append(",\"plan_type\":\"").append(plan).append('"'));
        fault.text(FaultOption.RESETS_AT).ifPresent(at -> out.append(",\"resets_at\":")
                .append(at.equals("null") ? at : Long.toString(now() + Long.parseLong(at))));
        fault.text(FaultOption.RESETS_IN).ifPresent(in -> out.append(",\"resets_in_seconds\":").append(in));
        return out.toString();
    }

    private static long seconds(Fault fault, FaultOption option, long otherwise) {
        return Duration.ofNanos(fault.nanos(option, Duration.ofSeconds(otherwise).toNanos())).toSeconds();
    }

    private static long now() {
        return System.currentTimeMillis() / 1000;
    }
}
