package sluice.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.api.GatewayError;

class RequestPathTest {
    @ParameterizedTest
    @ValueSource(strings = {"/v1/responses/", "/v1/./responses", "/v1/x/../responses", "/v1/responses/.", "/v1/..", "/v1//responses",
        "//v1/responses", "/v1/%72esponses", "/v1/responses%2F", "/v1/responses%2fcompact", "/v1/x%5C..%5Cresponses", "/v1\\responses",
        "/v1/responses;a=b", "/v1/responses%3Ba", "/v1/responses%00", "/v1/responses%", "/v1/responses%2", "/v1/responses%zz",
        "/v1/%252e%252e/admin", "/v1/Responses", "/V1/responses", "/v1/RESPONSES/compact", "/v1/responses/compact/", "/v1/Models",
        "/v1/responses#x", "/v1/responses%23x", "/v1/responses%3F", "/v1/r\u00e9sponses", "/responses/", "/Health"})
    void refusesWhatAnotherServerCouldReadAsAnotherPath(String path) {
        GatewayError error = assertInstanceOf(Check.Refused.class, RequestPath.fault(path)).error();
        assertEquals(400, error.status());
        assertEquals("bad_path", error.code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/responses", "/responses", "/v1/responses/resp_A1", "/v1/responses/resp_A1/cancel", "/v1/models/org/Name",
        "/v1/models/ft:gpt-4o:a", "/v1/files/a%20b", "/v1/chat/completions", "/v1/chat/completions/", "/v1/FILES", "/", "/v1", "/v1/",
        "/v1/files/%C3%A9", "*", "localhost:80"})
    void takesWhatAllReadAlike(String path) {
        assertEquals(Check.PASSED, RequestPath.fault(path), path);
    }
}
