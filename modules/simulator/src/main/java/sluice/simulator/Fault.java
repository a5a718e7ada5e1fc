package sluice.simulator;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the simulated upstream is to do about one request: what it answers and what goes wrong. Options of the table in the
 * module's README, written {@code status=429;retry=2} or, in a name, {@code status-429-retry-2}. Immutable.
 */
public final class Fault {
    /** Nothing special. */
    public static final Fault NONE = new Fault(new EnumMap<>(FaultOption.class));

    private static final String NAME_PREFIX = "sim-";

    private final Map<FaultOption, String> values;

    private Fault(Map<FaultOption, String> values) {
        this.values = values;
    }

    /**
     * Options separated by semicolons, commas or blanks.
     *
     * @throws IllegalArgumentException with the option, the rule and the value if one is unknown or wrong
     */
    public static Fault of(String options) {
        EnumMap<FaultOption, String> values = new EnumMap<>(FaultOption.class);
        for (String part : options.strip().split("[;,\\s]+")) {
            if (!part.isEmpty()) {
                int equals = part.indexOf('=');
                put(values, equals < 0 ? part : part.substring(0, equals), equals < 0 ? "1" : part.substring(equals + 1));
            }
        }
        return new Fault(values);
    }

    /**
     * Options in a name, separated by hyphens; a number alone at the start is a status.
     *
     * @throws IllegalArgumentException if one is unknown or wrong
     */
    static Fault ofName(String name) {
        EnumMap<FaultOption, String> values = new EnumMap<>(FaultOption.class);
        String[] parts = name.split("-");
        int at = 0;
        if (parts[0].matches("\\d+")) {
            put(values, "status", parts[at++]);
        }
        while (at < parts.length) {
            String label = parts[at++];
            boolean flag = FaultOption.named(label).filter(option -> option.kind() == FaultOption.Kind.FLAG).isPresent();
            if (flag) {
                put(values, label, "1");
            } else if (at == parts.length) {
                throw new IllegalArgumentException(label + ": an option with its value");
            } else {
                put(values, label, parts[at++]);
            }
        }
        return new Fault(values);
    }

    /** The options that a model's name holds: {@code sim-status-429}. */
    static Fault ofModel(String model) {
        return model.startsWith(NAME_PREFIX) ? ofName(model.substring(NAME_PREFIX.length())) : NONE;
    }

    /** The options that an account's key holds: {@code sk-sim-status-429-id-a}. */
    static Fault ofKey(String key) {
        return key.startsWith("sk-" + NAME_PREFIX) ? ofName(key.substring(3 + NAME_PREFIX.length())) : NONE;
    }

    /** The options of the last {@code [[sim:...]]} or {@code [[mock:...]]} in a text. */
    static Fault ofText(String text) {
        int at = Math.max(text.lastIndexOf("[[sim:"), text.lastIndexOf("[[mock:"));
        int end = at < 0 ? -1 : text.indexOf("]]", at);
        return end < 0 ? NONE : of(text.substring(text.indexOf(':', at) + 1, end));
    }

    /** Both; where they differ, {@code stronger} decides. */
    public Fault and(Fault stronger) {
        if (stronger.values.isEmpty()) {
            return this;
        }
        EnumMap<FaultOption, String> both = new EnumMap<>(FaultOption.class);
        both.putAll(values);
        both.putAll(stronger.values);
        return new Fault(both);
    }

    /** What is answered, without what goes wrong. */
    Fault healed() {
        EnumMap<FaultOption, String> left = new EnumMap<>(FaultOption.class);
        values.forEach((option, value) -> {
            if (!option.fault()) {
                left.put(option, value);
            }
        });
        return new Fault(left);
    }

    boolean has(FaultOption option) {
        String value = values.get(option);
        return value != null && !(option.kind() == FaultOption.Kind.FLAG && value.equals("0"));
    }

    Optional<String> text(FaultOption option) {
        return Optional.ofNullable(values.get(option));
    }

    int count(FaultOption option, int otherwise) {
        String value = values.get(option);
        return value == null ? otherwise : Integer.parseInt(value);
    }

    long nanos(FaultOption option, long otherwise) {
        String value = values.get(option);
        if (value == null) {
            return otherwise;
        }
        int unit = 0;
        while (Character.isDigit(value.charAt(unit))) {
            unit++;
        }
        long scale = switch (value.substring(unit)) {
            case "us" -> 1_000L;
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            default -> 60_000_000_000L;
        };
        return Long.parseLong(value.substring(0, unit)) * scale;
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        values.forEach((option, value) ->
                out.append(out.isEmpty() ? "" : ";").append(option.label()).append('=').append(value));
        return out.toString();
    }

    private static void put(Map<FaultOption, String> values, String label, String value) {
        FaultOption option = FaultOption.named(label)
                .orElseThrow(() -> new IllegalArgumentException(label + ": not an option of the simulator"));
        String meant = option == FaultOption.DROP && value.equals("1") ? "fin" : value;
        option.check(meant);
        if (option == FaultOption.ARGS_B64) {
            meant = new String(Base64.getDecoder().decode(meant), StandardCharsets.UTF_8);
        }
        values.put(option, meant);
    }
}
