package sluice.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTest {
    @ParameterizedTest
    @CsvSource({
        "POST, /responses, CREATE, '', /responses",
        "GET, /responses, WEBSOCKET, '', /responses",
        "POST, /responses/compact, COMPACT, '', /responses/compact",
        "POST, /responses/input_tokens, INPUT_TOKENS, '', /responses/input_tokens",
        "GET, /responses/resp_1, RETRIEVE, resp_1, /responses/resp_1",
        "DELETE, /responses/resp_1, DELETE, resp_1, /responses/resp_1",
        "POST, /responses/resp_1/cancel, CANCEL, resp_1, /responses/resp_1/cancel",
        "GET, /responses/resp_1/input_items, INPUT_ITEMS, resp_1, /responses/resp_1/input_items",
        "GET, /models, MODELS, '', /models",
        "GET, /models/org/name, MODEL, org/name, /models/org/name", "DELETE, /models/ft:m, DELETE_MODEL, ft:m, /models/ft:m",
    })
    void findsEachRouteWithAndWithoutVersion(String method, String path, Route route, String id, String upstreamPath) {
        Route.Target expected = new Route.Target(route, id, upstreamPath, "");
        assertEquals(expected, Route.of(method, path));
        assertEquals(expected, Route.of(method, "/v1" + path));
    }

    @ParameterizedTest
    @CsvSource({"PUT, /v1/responses, 'GET, POST'", "POST, /v1/models, GET", "PATCH, /v1/responses/resp_1, 'GET, DELETE'",
        "GET, /v1/responses/resp_1/cancel, POST"})
    void namesTheMethodsThatAPathTakes(String method, String path, String allowed) {
        assertEquals(allowed, Route.of(method, path).allowed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/v1", "/v1/", "/v1/chat/completions", "/v1/responses/", "/v1/responses/..", "/v1/responses/a%2Fb",
        "/v1/responses/a/b/c", "/v1/responses/a/other", "/v2/responses", "/v1/responses/a?b"})
    void knowsNothingElse(String path) {
        assertEquals(Route.OTHER, Route.of("GET", path).route());
    }

    @Test
    void answersHealthOnTheDataPort() {
        assertEquals("/live", Route.of("GET", "/health/live").id());
        assertEquals(Route.HEALTH, Route.of("GET", "/health").route());
    }
}
