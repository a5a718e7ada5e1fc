package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Headers that tell who somebody is, or ask for another request than the one that was judged, stay on their side, through each door. */
class IdentityHeadersTest extends AtAllDoors {
    private static final String WELL = "{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"completed\",\"model\":\"m\",\"output\":[]}";
    private static final String[] OF_THE_ACCOUNT = {"openai-organization", "org-operator", "OpenAI-Project", "proj-operator", "Location",
        "https://operator.example/v1", "openai_organization", "org-operator", "set-cookie", "a=operator", "chatgpt-account-id", "operator"};
    private static final String[] OF_THE_CLIENT = {"openai-organization", "mine", "openai_project", "mine", "chatgpt-account-id", "mine",
        "chatgpt_account_id", "mine", "x-api-key", "mine", "cookie", "mine", "x_forwarded_for", "mine",
        "X-HTTP-Method-Override", "mine", "X-Original-URL", "mine", "x-rewrite-url", "mine"};

    private RunningGateway gateway;

    @BeforeEach
    void start() throws Exception {
        gateway = gateway(1, ", forward-other: true", "");
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
    }

    private void nothingOfTheClientWasSent() {
        Set<String> sent = new TreeSet<>();
        upstream.asked("sk-a").forEach(asked -> {
            for (int i = 0; i < asked.headers().size(); i++) {
                if (asked.headers().value(i).equals("mine")) {
                    sent.add(asked.headers().name(i));
                }
            }
        });
        assertEquals(Set.of(), sent);
        assertFalse(upstream.asked("sk-a").isEmpty());
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void stayOnTheirSideOfRequestsAndAnswers(HttpClient.Version version) throws Exception {
        try (HttpDoor door = new HttpDoor(gateway, authority, version)) {
            for (int status : List.of(200, 404, 302)) {
                upstream.account("sk-a", asked -> SayingUpstream.status(status, WELL, OF_THE_ACCOUNT));
                for (String path : List.of("/v1/responses", "/v1/embeddings")) {
                    HttpResponse<String> answer = door.send("POST", path, "{\"model\":\"m\",\"input\":\"hi\"}", OF_THE_CLIENT);
                    String told = HttpDoor.headers(answer).toString();
                    assertFalse(told.contains("operator"), status + " " + told);
                }
            }
            nothingOfTheClientWasSent();
        }
    }

    @Test
    void stayOnTheirSideOfTurns() throws Exception {
        try (TestWebSocket socket = TestWebSocket.open(connection(gateway), OF_THE_CLIENT)) {
            socket.turn("{\"type\":\"response.create\",\"model\":\"m\",\"input\":\"hi\"}");
            nothingOfTheClientWasSent();
            upstream.account("sk-a", asked -> SayingUpstream.status(404, "{\"error\":{\"message\":\"no\",\"type\":\"t\",\"code\":\"c\"}}",
                    OF_THE_ACCOUNT));
            String said = socket.turn("{\"type\":\"response.create\",\"model\":\"m\",\"input\":\"hi\"}").toString();
            assertFalse(said.contains("operator"), said);
        }
    }
}
