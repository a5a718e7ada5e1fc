package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sluice.config.KeyHash;

/** Items and containers that an account keeps for one client are not read by another that knows their ids. */
class StoredItemsTest extends AtAllDoors {
    private static final String CLIENTS = "clients: [{name: one, key-sha256: " + KeyHash.of("k1").hex() + "}, {name: two, key-sha256: "
            + KeyHash.of("k2").hex() + "}]\n";
    private static final String ASK = "{\"model\":\"gpt-5.1\",\"stream\":true,\"store\":true,\"input\":\"hi\"}";

    @BeforeEach
    void start() throws Exception {
        upstream.account("sk-a", asked -> asked.body().contains("elsewhere") ? SayingUpstream.status(429, "{}") : answer(asked));
        upstream.account("sk-b", StoredItemsTest::answer);
    }

    /** Items as accounts name them, in an event of their own or in the whole answer only. */
    private static SayingUpstream.Say answer(SayingUpstream.Asked asked) {
        String items = "{\"type\":\"code_interpreter_call\",\"id\":\"ci_one\",\"status\":\"completed\",\"code\":\"1\","
                + "\"container_id\":\"cntr_one\",\"outputs\":[[],[{\"id\":\"msg_never\"}]]}";
        String whole = SayingUpstream.response("completed", asked.model(), SayingUpstream.usage());
        if (!asked.streams()) {
            return SayingUpstream.status(200, whole.replace("\"output\":[", "\"output\":[" + items + ","));
        }
        return SayingUpstream.events(SayingUpstream.created(asked.model()), "{\"type\":\"response.output_item.done\",\"sequence_number\":1,"
                + "\"output_index\":0,\"item\":" + items + "}", SayingUpstream.delta(2, "msg_never"),
                SayingUpstream.end("response.completed", "completed", asked.model(), SayingUpstream.usage()));
    }

    private RunningGateway gateway(String clients) throws Exception {
        return gateway(2, ", forward-other: true", clients);
    }

    private static String naming(String id) {
        return ASK.replace("\"hi\"", "[{\"type\":\"item_reference\",\"id\":\"" + id + "\"},{\"role\":\"user\",\"content\":\"go on\"}]");
    }

    private static String runningIn(String id) {
        return ASK.replace("\"input\"", "\"tools\":[{\"type\":\"code_interpreter\",\"container\":\"" + id + "\"}],\"input\"");
    }

    @ParameterizedTest
    @EnumSource
    void itemsOfAnswersAreTheirClients(Door door) throws Exception {
        try (RunningGateway gateway = gateway(CLIENTS)) {
            assertTrue(ask(door, gateway, "k1", ASK.replace("hi", "elsewhere")).well());
            upstream.forget();
            for (String body : List.of(naming("ci_one"), naming("msg_1"), naming("msg_never"), naming("msg_unknown"), runningIn("cntr_one"),
                    runningIn("cntr_unknown"))) {
                Heard heard = ask(door, gateway, "k2", body);
                assertEquals(404, heard.status(), body + heard);
                assertTrue(heard.toString().contains("response_not_found"), heard.toString());
            }
            assertEquals(404, ask(door, gateway, "k1", naming("msg_never")).status());
            assertTrue(upstream.asked("sk-a").isEmpty() && upstream.asked("sk-b").isEmpty());
            for (String body : List.of(naming("ci_one"), naming("msg_1"), runningIn("cntr_one"))) {
                assertTrue(ask(door, gateway, "k1", body).well(), body);
            }
        }
    }

    /** What two readers would read differently, an item that brings its content and one that names it, is the one that names it. */
    @ParameterizedTest
    @EnumSource
    void whatBringsNothingForSomeReadersNamesWhatIsKept(Door door) throws Exception {
        try (RunningGateway gateway = gateway(CLIENTS)) {
            assertTrue(ask(door, gateway, "k1", ASK.replace("hi", "elsewhere")).well());
            upstream.forget();
            for (String item : List.of("'type':'reasoning','encrypted_content':'gAAA','encrypted_content':null",
                    "'type':'reasoning','encrypted_content':null,'encrypted_content':'gAAA'", "'type':'message','Content':'x'",
                    "'type':'message','content':'x','content':''", "'type':'image_generation_call','result':'aGk=','result':null",
                    "'type':null,'name':'x'")) {
                Heard heard = ask(door, gateway, "k2", ASK.replace("\"hi\"", "[{" + item.replace('\'', '"') + ",\"id\":\"ci_one\"}]"));
                assertEquals(404, heard.status(), item + heard);
                assertTrue(heard.toString().contains("response_not_found"), heard.toString());
            }
            assertTrue(upstream.asked("sk-a").isEmpty() && upstream.asked("sk-b").isEmpty());
        }
    }

    /** Answers repeat ids that clients have sent; that makes nobody the owner of what another made. */
    @ParameterizedTest
    @EnumSource
    void whatAnAnswerRepeatsStaysWhoseItIs(Door door) throws Exception {
        try (RunningGateway gateway = gateway(CLIENTS)) {
            assertTrue(ask(door, gateway, "k1", ASK).well());
            assertTrue(ask(door, gateway, "k2", ASK).well());
            for (String id : List.of("ci_one", "msg_1")) {
                assertEquals(404, ask(door, gateway, "k2", naming(id)).status(), id);
                assertTrue(ask(door, gateway, "k1", naming(id)).well(), id);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void aListOfWhatWasSentMakesNobodyItsOwner(HttpClient.Version version) throws Exception {
        try (RunningGateway gateway = gateway(CLIENTS); HttpDoor door = new HttpDoor(gateway, authority, version)) {
            assertEquals(200, door.send("POST", "/v1/responses", ASK, "x-api-key", "k1").statusCode());
            upstream.account("sk-a", asked -> SayingUpstream.status(200, "{\"id\":\"conv_of_two\",\"object\":\"list\",\"data\":["
                    + "{\"id\":\"msg_1\"},{\"id\":\"msg_two\"}],\"output\":[{\"id\":\"ci_one\"}]}"));
            for (String path : List.of("/v1/conversations", "/v1/conversations/conv_of_two/items", "/v1/responses/compact")) {
                assertEquals(200, door.send("POST", path, "{\"model\":\"gpt-5.1\",\"items\":[{\"type\":\"message\",\"role\":\"user\","
                        + "\"id\":\"msg_1\",\"content\":\"x\"}]}", "x-api-key", "k2").statusCode(), path);
            }
            upstream.account("sk-a", StoredItemsTest::answer);
            for (String id : List.of("msg_1", "ci_one")) {
                assertEquals(404, door.send("POST", "/v1/responses", naming(id), "x-api-key", "k2").statusCode(), id);
            }
            assertEquals(200, door.send("POST", "/v1/responses", naming("msg_two"), "x-api-key", "k2").statusCode());
        }
    }

    /** What an account keeps is asked of that account, though another would be asked first. */
    @ParameterizedTest
    @EnumSource
    void whoNamesAnItemIsSentWhereItIs(Door door) throws Exception {
        try (RunningGateway gateway = gateway(CLIENTS)) {
            assertTrue(ask(door, gateway, "k1", ASK.replace("hi", "elsewhere")).well());
            upstream.forget();
            assertTrue(ask(door, gateway, "k1", naming("msg_1")).well());
            assertTrue(upstream.asked("sk-a").isEmpty());
            assertEquals(1, upstream.asked("sk-b").size());
        }
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void itemsOfWholeAnswersAndOfListsAreTheirClients(HttpClient.Version version) throws Exception {
        try (RunningGateway gateway = gateway(CLIENTS); HttpDoor door = new HttpDoor(gateway, authority, version)) {
            String whole = ASK.replace("true,\"store\"", "false,\"store\"");
            assertEquals(200, door.send("POST", "/v1/responses", whole, "x-api-key", "k1").statusCode());
            upstream.account("sk-a", asked -> asked.path().endsWith("/input_items") ? SayingUpstream.status(200,
                    "{\"object\":\"list\",\"data\":[{\"id\":\"msg_asked\",\"type\":\"message\",\"content\":[{\"id\":\"msg_never\"}]}]}")
                    : answer(asked));
            assertEquals(200, door.send("GET", "/v1/responses/resp_1/input_items", "", "x-api-key", "k1").statusCode());
            for (String id : List.of("ci_one", "msg_1", "msg_asked")) {
                assertEquals(404, door.send("POST", "/v1/responses", naming(id), "x-api-key", "k2").statusCode(), id);
                HttpResponse<String> answer = door.send("POST", "/v1/responses", naming(id), "x-api-key", "k1");
                assertEquals(200, answer.statusCode(), id + answer.body());
            }
            assertEquals(404, door.send("POST", "/v1/responses", naming("msg_never"), "x-api-key", "k1").statusCode());
            assertEquals(404, door.send("POST", "/v1/conversations", "{\"items\":[{\"type\":\"item_reference\",\"id\":\"msg_1\"}]}",
                    "x-api-key", "k2").statusCode());
        }
    }

    /** Other readers of JSON take more than there may be. */
    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void whatIsJsonForSomeReadersOnlyIsNotPassedOn(HttpClient.Version version) throws Exception {
        String items = "\"items\":[{\"type\":\"item_reference\",\"id\":\"msg_1\"}]";
        try (RunningGateway gateway = gateway(CLIENTS); HttpDoor door = new HttpDoor(gateway, authority, version)) {
            assertEquals(200, door.send("POST", "/v1/responses", ASK, "x-api-key", "k1").statusCode());
            upstream.forget();
            for (String body : List.of("{\"x\":NaN," + items + "}", "{\"x\":-Infinity," + items + "}", "\uFEFF{" + items + "}",
                    "{\"x\":" + "[".repeat(600) + "]".repeat(600) + "," + items + "}", " {" + items + ",}", "/**/{" + items + "}",
                    "{" + items + "}{}", "{'x':1," + items + "}")) {
                for (String type : List.of("application/json", "multipart/form-data; boundary=b")) {
                    HttpResponse<String> answer = door.send("POST", "/v1/conversations", body, "x-api-key", "k2", "content-type", type);
                    assertEquals(400, answer.statusCode(), body + answer.body());
                    assertTrue(answer.body().contains("invalid_json"), answer.body());
                }
            }
            assertTrue(upstream.asked("sk-a").isEmpty());
        }
    }

    @Test
    void aSingleClientNamesWhatItLikes() throws Exception {
        try (RunningGateway gateway = gateway(CLIENTS.replaceAll(", \\{name: two[^}]*}", ""))) {
            assertTrue(ask(Door.HTTP_1, gateway, "k1", naming("msg_unknown")).well());
        }
    }
}
