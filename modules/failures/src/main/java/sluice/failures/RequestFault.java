package sluice.failures;

import java.util.Locale;
import java.util.Set;

/**
 * Codes by which an error is about what the request holds: a parameter, a schema, a file, a tool of its own. Whatever else such an
 * error says, it says it about that, and often in the request's words. Stateless.
 */
final class RequestFault {
    private static final Set<String> CODES = Set.of("invalid_value", "invalid_type", "invalid_parameter", "unknown_parameter",
            "unsupported_parameter", "unsupported_value", "missing_required_parameter", "invalid_function_parameters",
            "invalid_json_schema", "invalid_schema", "invalid_grammar", "invalid_image", "invalid_image_url", "invalid_image_format",
            "invalid_base64", "invalid_base64_image", "invalid_file", "unsupported_file", "empty_string", "empty_array",
            "array_above_max_length", "array_below_min_length", "string_above_max_length", "string_below_min_length",
            "integer_above_max_value", "integer_below_min_value", "decimal_above_max_value", "decimal_below_min_value",
            "object_above_max_properties", "image_parse_error", "image_too_large", "image_too_small", "failed_to_download_image",
            "duplicate_item");

    private RequestFault() {
    }

    static boolean isCode(String code) {
        return CODES.contains(code.toLowerCase(Locale.ROOT));
    }

    static String[] codes() {
        return CODES.toArray(String[]::new);
    }
}
