package sluice.simulator;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sluice.http1.RequestHead;
import sluice.json.JsonStrings;

/** The routes of responses that an account keeps: read, resume, cancel, list, delete. Stateless. */
final class StoredResponses {
    private static final Pattern STARTING_AFTER = Pattern.compile("(?:^|[?&])starting_after=(\\d{1,9})(?:&|$)");

    private StoredResponses() {
    }

    /** Answers {@code path}, an id and what is to be done with it. */
    static SimulatedAnswer answer(RequestHead head, String path, SimulatedAccount account) throws ApiException {
        int slash = path.indexOf('/');
        String id = slash < 0 ? path : path.substring(0, slash);
        SimulatedResponse response = account.response(id).orElseThrow(() -> new ApiException(
                ApiError.notFound("not_found", "Response with id '" + id + "' not found.")));
        String asked = head.method() + ' ' + (slash < 0 ? "" : path.substring(slash + 1));
        return switch (asked) {
            case "GET " -> {
                if (!head.query().contains("stream=true")) {
                    yield SimulatedAnswer.Whole.json(200, response.poll());
                }
                response.stream();
                yield SimulatedAnswer.Events.again(response, startingAfter(head.query()));
            }
            case "DELETE " -> {
                account.delete(id);
                yield SimulatedAnswer.Whole.json(200, "{\"id\":\"" + id + "\",\"object\":\"response\",\"deleted\":true}");
            }
            case "POST cancel" -> {
                if (!response.isBackground()) {
                    throw new ApiException(ApiError.invalid("invalid_request", "id", "Cannot cancel a synchronous response."));
                }
                response.cancel();
                yield SimulatedAnswer.Whole.json(200, response.now());
            }
            case "GET input_items" -> SimulatedAnswer.Whole.json(200, list(response.request().listedItems(id)));
            default -> throw ApiException.unknownUrl(head);
        };
    }

    private static String list(List<String> items) {
        return "{\"object\":\"list\",\"data\":[" + String.join(",", items) + "],\"first_id\":" + idOf(items, 0)
                + ",\"last_id\":" + idOf(items, items.size() - 1) + ",\"has_more\":false}";
    }

    private static String idOf(List<String> items, int index) {
        return items.isEmpty() ? "\"\"" : JsonStrings.quote(JsonTree.asText(JsonTree.object(items.get(index)).get("id")));
    }

    private static int startingAfter(String query) {
        Matcher number = STARTING_AFTER.matcher(query);
        return number.find() ? Integer.parseInt(number.group(1)) : -1;
    }
}
