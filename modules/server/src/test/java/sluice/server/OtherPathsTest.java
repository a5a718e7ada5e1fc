package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import sluice.config.KeyHash;

/** Paths that are passed on let nobody past a limit, out of the base path, or to what is another's. */
class OtherPathsTest extends AtAllDoors {
    private static final String FILE = "file-9f8e7d6c5b4a3928170615f4";
    private static final String STORE = "vs_1234567890abcdef12345678";
    private static final String CLIENTS = "clients:\n  - {name: one, key-sha256: \"" + KeyHash.of("k1").hex()
            + "\"}\n  - {name: two, key-sha256: \"" + KeyHash.of("k2").hex() + "\"}\n  - {name: three, key-sha256: \""
            + KeyHash.of("k3").hex() + "\", models: [\"gpt-5*\"]}\n  - {name: four, key-sha256: \"" + KeyHash.of("k4").hex()
            + "\", other-paths: false}\n";

    private RunningGateway passing(int accounts, String otherPaths, String clients) throws Exception {
        return gateway(accounts, ", forward-other: " + otherPaths, clients);
    }

    private void answering(String key, String json) {
        upstream.account(key, asked -> asked.path().endsWith("/responses") ? SayingUpstream.well(asked) : SayingUpstream.status(200, json));
    }

    private static void refused(HttpResponse<String> answer, int status, String code) {
        assertEquals(status, answer.statusCode(), answer.uri() + "\n" + answer.body());
        assertTrue(answer.body().contains("\"" + code + "\""), answer.body());
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void noSpellingOfAPathLeavesWhatIsJudged(HttpClient.Version version) throws Exception {
        try (RunningGateway gateway = passing(1, "true", CLIENTS); TestClient client = plain(gateway)) {
            for (String path : List.of("/v1/responses/", "/v1/./responses", "/v1/x/../responses", "/v1/../admin", "/v1/%2e%2e/admin",
                    "/v1//responses", "/v1/Responses", "/v1/responses%2Fcompact", "/v1/responses;x")) {
                TestClient.Answer answer = client.send("POST", path, "{\"model\":\"gpt-4\"}".getBytes(), "x-api-key", "k3");
                assertEquals(400, answer.status(), path);
                assertTrue(answer.text().contains("\"bad_path\""), answer.text());
            }
            try (HttpDoor door = new HttpDoor(gateway, authority, version)) {
                refused(door.send("POST", "/v1/responses/", "{}", "x-api-key", "k1"), 400, "bad_path");
                refused(door.send("POST", "/v1/x/../responses", "{}", "x-api-key", "k1"), 400, "bad_path");
                refused(door.send("GET", "/elsewhere", "", "x-api-key", "k1"), 404, "unknown_path");
                refused(door.send("GET", "/chat/completions", "", "x-api-key", "k1"), 404, "unknown_path");
                refused(door.send("GET", "/v1/organization/users", "", "x-api-key", "k1"), 404, "unknown_path");
                refused(door.send("GET", "/v1/anything", "", "x-api-key", "k4"), 404, "unknown_path");
            }
            assertTrue(upstream.asked("sk-a").isEmpty());
        }
    }

    private TestClient plain(RunningGateway gateway) throws Exception {
        return new TestClient(connection(gateway));
    }

    @Test
    void onlyPathsOfTheListArePassedOn() throws Exception {
        answering("sk-a", "{}");
        try (RunningGateway gateway = passing(1, "[/v1/embeddings, /v1/audio/*]", CLIENTS);
                HttpDoor door = new HttpDoor(gateway, authority, HttpClient.Version.HTTP_1_1)) {
            assertEquals(200, door.send("POST", "/v1/embeddings", "{\"model\":\"e\"}", "x-api-key", "k1").statusCode());
            assertEquals(200, door.send("POST", "/v1/audio/speech", "{\"model\":\"e\"}", "x-api-key", "k1").statusCode());
            refused(door.send("POST", "/v1/embeddings/x", "{}", "x-api-key", "k1"), 404, "unknown_path");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "/v1/chat/completions | application/json | {\"model\":\"gpt-4\",\"model\":\"gpt-5\"} | 400 | duplicate_member",
        "/v1/chat/completions | application/json | {\"Model\":\"gpt-4\",\"model\":\"gpt-5\"} | 400 | duplicate_member",
        "/v1/chat/completions | application/json | {\"model\":\"gpt-4\"} | 403 | model_not_allowed",
        "/v1/chat/completions | application/json | [{\"model\":\"gpt-4\"}] | 403 | model_not_allowed",
        "/v1/audio/x | application/x-www-form-urlencoded | model=gpt-4 | 403 | model_not_allowed",
        "/v1/audio/x | multipart/form-data; boundary=b | --b Content-Disposition: form-data; name=\"model\" | 403 | model_not_allowed",
        "/v1/images/edits | multipart/form-data; boundary=b | --b Content-Disposition: form-data; name=prompt | 403 | model_not_allowed",
        "/v1/audio/x | multipart/form-data; boundary=b | --b content-disposition: x; name*=UTF-8''model | 403 | model_not_allowed",
        "/v1/audio/x | multipart/form-data; boundary=b | --b content-disposition: x; name*0=mo; name*1=del | 403 | model_not_allowed",
        "/v1/x?model=gpt-4 | application/json | {\"input\":\"hi\"} | 403 | model_not_allowed",
        "/v1/x?mod%65l=gpt-4 | application/json | {\"input\":\"hi\"} | 403 | model_not_allowed",
        "/v1/engines/gpt-4/completions | application/json | {\"input\":\"hi\"} | 403 | model_not_allowed"})
    void aKeyWithAListOfModelsNamesNoOther(String path, String type, String body, int status, String code) throws Exception {
        answering("sk-a", "{}");
        try (RunningGateway gateway = passing(1, "true", CLIENTS);
                HttpDoor door = new HttpDoor(gateway, authority, HttpClient.Version.HTTP_2)) {
            refused(door.send("POST", path, body, "x-api-key", "k3", "content-type", type), status, code);
            assertTrue(upstream.asked("sk-a").isEmpty());
        }
    }

    /** They make keys that work without the gateway, or tell of who owns the account. */
    @ParameterizedTest
    @CsvSource({"POST,/v1/realtime/client_secrets", "POST,/v1/realtime/sessions", "POST,/v1/realtime/transcription_sessions",
        "POST,/v1/Realtime/calls", "POST,/v1/chatkit/sessions", "GET,/v1/keys", "GET,/v1/auth/key", "GET,/v1/credits", "GET,/v1/me",
        "POST,/v1/projects/p/api_keys", "GET,/v1/billing/usage"})
    void nobodyGetsKeysOrBillsOfTheOperator(String method, String path) throws Exception {
        answering("sk-a", "{\"client_secret\":{\"value\":\"ek_1\"}}");
        for (String clients : List.of(CLIENTS, "")) {
            try (RunningGateway gateway = passing(1, "true", clients);
                    HttpDoor door = new HttpDoor(gateway, authority, HttpClient.Version.HTTP_2)) {
                refused(door.send(method, path, method.equals("GET") ? "" : "{\"model\":\"m\"}", "x-api-key", "k1"), 404, "unknown_path");
                assertTrue(upstream.asked("sk-a").isEmpty());
            }
        }
    }

    /** Work that is named elsewhere, or that the account would choose a model for, is not for a key with limits. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "k3 | /v1/batches | {\"input_file_id\":\"file-1\",\"model\":\"gpt-5\"} | 404 | unknown_path",
        "k5 | /v1/batches | {\"input_file_id\":\"file-1\"} | 404 | unknown_path",
        "k5 | /v1/evals/eval_1/runs | {\"data_source\":{\"model\":\"gpt-4\"}} | 404 | unknown_path",
        "k5 | /v1/fine_tuning/jobs | {\"model\":\"gpt-5\"} | 404 | unknown_path",
        "k3 | /v1/images/generations | {\"prompt\":\"a cat\"} | 403 | model_not_allowed",
        "k3 | /v1/threads/runs | {\"assistant_id\":\"asst_1\"} | 403 | model_not_allowed",
        "k3 | /v1/moderations | {\"model\":null,\"input\":\"x\"} | 403 | model_not_allowed",
        "k3 | /v1/moderations | {\"model\":[\"gpt-4\"],\"input\":\"x\"} | 403 | model_not_allowed"})
    void whatRunsOutOfSightIsNotForAKeyWithLimits(String key, String path, String body, int status, String code) throws Exception {
        answering("sk-a", "{}");
        String clients = CLIENTS + "  - {name: five, key-sha256: \"" + KeyHash.of("k5").hex() + "\", budget-usd: {month: 1}}\n"
                + "usage: {prices: [{model: \"*\", input: 1, output: 1}]}\n";
        try (RunningGateway gateway = passing(1, "true", clients);
                HttpDoor door = new HttpDoor(gateway, authority, HttpClient.Version.HTTP_1_1)) {
            refused(door.send("POST", path, body, "x-api-key", key), status, code);
            assertTrue(upstream.asked("sk-a").isEmpty());
            assertEquals(200, door.send("POST", "/v1/conversations", "{}", "x-api-key", key).statusCode(), "what runs nothing");
        }
    }

    /** An account may make ids of any look, and keep lists of what all have made. */
    @ParameterizedTest
    @CsvSource({"GET,/v1/videos/3f2504e0-4f89-41d3-9a0c-0305e82c3301", "GET,/v1/files/42/content", "DELETE,/v1/containers/c1",
        "GET,/v1/chat/completions/chatcmpl-1", "POST,/v1/fine_tuning/jobs/ftjob-1/cancel", "GET,/v1/chatkit/threads", "GET,/v1/skills",
        "GET,/v1/audio/voices/v1", "GET,/v1/containers/cntr_1/files/cfile_1/content"})
    void whatStandsWhereAnIdStandsIsSomebodys(String method, String path) throws Exception {
        answering("sk-a", "{}");
        try (RunningGateway gateway = passing(1, "true", CLIENTS);
                HttpDoor door = new HttpDoor(gateway, authority, HttpClient.Version.HTTP_2)) {
            assertEquals(404, door.send(method, path, "", "x-api-key", "k1").statusCode());
            assertTrue(upstream.asked("sk-a").isEmpty());
        }
    }

    /** Containers and the files in them, too: what one client's answer has named as made is not another's. */
    @ParameterizedTest
    @CsvSource({"/v1/containers,cntr_68af00112233445566778899", "/v1/conversations,conv_68af00112233445566778899",
        "/v1/videos,3f2504e0-4f89-41d3-9a0c-0305e82c3301"})
    void whatAnAnswerSaysWasMadeIsItsClients(String path, String id) throws Exception {
        answering("sk-a", "{\"id\":\"" + id + "\"}");
        try (RunningGateway gateway = passing(1, "true", CLIENTS);
                HttpDoor door = new HttpDoor(gateway, authority, HttpClient.Version.HTTP_2)) {
            assertEquals(200, door.send("POST", path, "{}", "x-api-key", "k1").statusCode());
            upstream.forget();
            for (String more : List.of("", "/files", "/files/cfile_1/content", "/items")) {
                refused(door.send("GET", path + "/" + id + more, "", "x-api-key", "k2"), 404, "response_not_found");
            }
            refused(door.send("DELETE", path + "/" + id, "", "x-api-key", "k2"), 404, "response_not_found");
            assertTrue(upstream.asked("sk-a").isEmpty());
            assertEquals(200, door.send("GET", path + "/" + id, "", "x-api-key", "k1").statusCode());
        }
    }

    /** Some servers find out by themselves in what a body is written, and would read in it what the gateway did not see. */
    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void whatOnlyAnotherReaderWouldFindInABodyIsNotPassedOn(HttpClient.Version version) throws Exception {
        answering("sk-a", "{\"id\":\"" + FILE + "\"}");
        String naming = "{\"model\":\"m\",\"file_id\":\"" + FILE + "\"}";
        try (RunningGateway gateway = passing(1, "true", CLIENTS); HttpDoor door = new HttpDoor(gateway, authority, version)) {
            assertEquals(200, door.send("POST", "/v1/files", "{}", "x-api-key", "k1").statusCode());
            upstream.forget();
            for (String wide : List.of(naming.replaceAll("(.)", "\0$1"), naming.replaceAll("(.)", "$1\0"),
                    naming.replaceAll("(.)", "\0\0\0$1"), naming.replaceAll("(.)", "$1\0\0\0"))) {
                for (String type : List.of("application/json", "application/octet-stream")) {
                    refused(door.send("POST", "/v1/images/edits", wide, "x-api-key", "k2", "content-type", type), 400, "invalid_json");
                }
            }
            for (String charset : List.of("utf-7", "utf-16", "\"IBM037\"")) {
                refused(door.send("POST", "/v1/images/edits", "x", "x-api-key", "k2",
                        "content-type", "application/json; charset=" + charset), 400, "invalid_json");
            }
            refused(door.send("POST", "/v1/images/edits", "file_id=%66ile" + FILE.substring(4), "x-api-key", "k2", "content-type",
                    "application/x-www-form-urlencoded"), 404, "response_not_found");
            assertTrue(upstream.asked("sk-a").isEmpty());
            assertEquals(200, door.send("POST", "/v1/images/edits", naming, "x-api-key", "k1", "content-type",
                    "application/json; charset=UTF-8").statusCode());
            assertEquals(200, door.send("POST", "/v1/audio/x", "\0\0\0\u0018ftypmp42", "x-api-key", "k2",
                    "content-type", "audio/mp4").statusCode());
        }
    }

    /** An answer that repeats what it was asked says nothing of who made it. */
    @Test
    void whatAnAnswerRepeatsIsWhoseItWas() throws Exception {
        String video = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
        answering("sk-a", "{\"id\":\"" + video + "\"}");
        try (RunningGateway gateway = passing(1, "true", CLIENTS);
                HttpDoor door = new HttpDoor(gateway, authority, HttpClient.Version.HTTP_1_1)) {
            assertEquals(200, door.send("POST", "/v1/videos", "{}", "x-api-key", "k1").statusCode());
            assertEquals(200, door.send("POST", "/v1/echo", "{\"id\":\"" + video + "\"}", "x-api-key", "k2").statusCode());
            refused(door.send("GET", "/v1/videos/" + video, "", "x-api-key", "k2"), 404, "response_not_found");
            assertEquals(200, door.send("GET", "/v1/videos/" + video, "", "x-api-key", "k1").statusCode());
        }
    }

    /** Skills, voices and their like are taken by their ids in a body, as files are. */
    @ParameterizedTest
    @EnumSource
    void whatAnotherMadeIsNotTakenByItsIdInABody(Door door) throws Exception {
        for (String made : List.of("skill_68af0011", "voice_68af0011", "asst_68af0011", "video_68af0011")) {
            answering("sk-a", "{\"id\":\"" + made + "\"}");
            try (RunningGateway gateway = passing(1, "true", CLIENTS);
                    HttpDoor maker = new HttpDoor(gateway, authority, HttpClient.Version.HTTP_1_1)) {
                assertEquals(200, maker.send("POST", "/v1/skills", "{}", "x-api-key", "k1").statusCode());
                String body = "{\"model\":\"gpt-5.1\",\"stream\":true,\"input\":\"x\",\"tools\":[{\"type\":\"shell\","
                        + "\"environment\":{\"skills\":[{\"skill_id\":\"" + made + "\"}]}}]}";
                try (Door.Visitor one = door.enter(gateway, authority, "k1"); Door.Visitor two = door.enter(gateway, authority, "k2")) {
                    assertTrue(one.ask(body).well(), made);
                    assertEquals(404, two.ask(body).status(), made);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void whatAClientMadeIsItsOwnAndIsFoundWhereItIs(HttpClient.Version version) throws Exception {
        answering("sk-b", "{\"id\":\"" + FILE + "\",\"object\":\"file\"}");
        upstream.account("sk-a", asked -> SayingUpstream.status(500, "{}"));
        try (RunningGateway gateway = passing(2, "true", CLIENTS); HttpDoor door = new HttpDoor(gateway, authority, version)) {
            String[] form = {"x-api-key", "k1", "content-type", "multipart/form-data; boundary=b"};
            assertEquals(200, door.send("POST", "/v1/files", "--b--", form).statusCode());
            answering("sk-a", "{}");
            assertEquals(200, door.send("GET", "/v1/files/" + FILE + "/content", "", "x-api-key", "k1").statusCode());
            assertEquals("/v1/files/" + FILE + "/content", upstream.asked("sk-b").getLast().path());
            upstream.forget();
            String escaped = "file\\u002d" + FILE.substring(5);
            for (String[] route : List.of(new String[] {"GET", "/v1/files/" + FILE, ""}, new String[] {"DELETE", "/v1/files/" + FILE, ""},
                    new String[] {"POST", "/v1/vector_stores", "{\"file_ids\":[\"" + FILE + "\"]}"},
                    new String[] {"GET", "/v1/anything?file=" + FILE, ""},
                    new String[] {"GET", "/v1/anything?a=1&f=%66ile-"
                        + FILE.substring(5), ""},
                    new String[] {"POST", "/v1/vector_stores", "{\"file_ids\":[\"" + escaped + "\"]}"},
                    new String[] {"POST", "/v1/responses", "{\"model\":\"m\",\"input\":[{\"file_id\":\"" + FILE + "\"}]}"},
                    new String[] {"POST", "/v1/responses", "{\"model\":\"m\",\"input\":[{\"file_id\":\"" + escaped + "\"}]}"})) {
                refused(door.send(route[0], route[1], route[2], "x-api-key", "k2"), 404, "response_not_found");
            }
            assertTrue(upstream.asked("sk-a").isEmpty() && upstream.asked("sk-b").isEmpty());
            assertEquals(200, door.send("POST", "/v1/responses", "{\"model\":\"m\",\"input\":[{\"file_id\":\"" + FILE + "\"}]}",
                    "x-api-key", "k1").statusCode());
        }
    }

    @Test
    void filesOfOthersAreOutOfReachOverWebSocketsToo() throws Exception {
        answering("sk-a", "{\"id\":\"" + FILE + "\",\"object\":\"file\"}");
        try (RunningGateway gateway = passing(1, "true", CLIENTS);
                HttpDoor door = new HttpDoor(gateway, authority, HttpClient.Version.HTTP_1_1)) {
            door.send("POST", "/v1/files", "{}", "x-api-key", "k1");
            try (TestWebSocket socket = TestWebSocket.open(connection(gateway), "authorization", "Bearer k2")) {
                String said = socket.turn("{\"type\":\"response.create\",\"model\":\"m\",\"input\":[{\"file_id\":\"" + FILE + "\"}]}")
                        .getLast();
                assertTrue(said.contains("\"response_not_found\""), said);
            }
        }
    }

    @Test
    void namingWhatAnotherMadeMakesItNobodysOwn() throws Exception {
        // The answer repeats the id that was asked for, as the API's does for a file in a vector store.
        answering("sk-a", "{\"id\":\"" + FILE + "\",\"object\":\"vector_store.file\"}");
        try (RunningGateway gateway = passing(1, "true", CLIENTS);
                HttpDoor door = new HttpDoor(gateway, authority, HttpClient.Version.HTTP_1_1)) {
            answering("sk-a", "{\"id\":\"" + STORE + "\"}");
            assertEquals(200, door.send("POST", "/v1/vector_stores", "{}", "x-api-key", "k1").statusCode());
            answering("sk-a", "{\"id\":\"" + FILE + "\",\"object\":\"vector_store.file\"}");
            assertEquals(200, door.send("POST", "/v1/vector_stores/" + STORE + "/files", "{\"file_id\":\"" + FILE + "\"}",
                    "x-api-key", "k1").statusCode());
            refused(door.send("GET", "/v1/files/" + FILE, "", "x-api-key", "k1"), 404, "response_not_found");
        }
    }

    @Test
    void whatNobodyRemembersAndListsOfAllAreForASingleClient() throws Exception {
        answering("sk-a", "{\"id\":\"" + FILE + "\"}");
        try (RunningGateway gateway = passing(1, "true", CLIENTS);
                HttpDoor door = new HttpDoor(gateway, authority, HttpClient.Version.HTTP_1_1)) {
            refused(door.send("GET", "/v1/files/" + FILE, "", "x-api-key", "k1"), 404, "response_not_found");
            refused(door.send("GET", "/v1/files", "", "x-api-key", "k1"), 404, "unknown_path");
            refused(door.send("POST", "/v1/responses", "{\"model\":\"m\",\"conversation\":\"conv_123456789\"}", "x-api-key", "k1"), 404,
                    "response_not_found");
            assertTrue(upstream.asked("sk-a").isEmpty());
        }
        upstream.account("sk-a", asked -> SayingUpstream.status(404, "{\"error\":{\"message\":\"No such File\",\"type\":"
                + "\"invalid_request_error\"}}"));
        answering("sk-b", "{\"id\":\"" + FILE + "\"}");
        try (RunningGateway gateway = passing(2, "true", "");
                HttpDoor door = new HttpDoor(gateway, authority, HttpClient.Version.HTTP_1_1)) {
            assertEquals(200, door.send("GET", "/v1/files/" + FILE, "").statusCode());
            assertEquals(404, door.send("GET", "/v1/files", "").statusCode());
            assertFalse(upstream.asked("sk-a").isEmpty());
        }
    }

    @Test
    void aFormIsSearchedInTimeThatGrowsWithItsLengthOnly() throws Exception {
        answering("sk-a", "{}");
        String blanks = " ".repeat(4_000_000);
        try (RunningGateway gateway = passing(1, "true", CLIENTS);
                HttpDoor door = new HttpDoor(gateway, authority, HttpClient.Version.HTTP_1_1)) {
            String[] form = {"x-api-key", "k3", "content-type", "multipart/form-data; boundary=b"};
            assertEquals(200, door.send("POST", "/v1/files", "name" + blanks + "name=" + blanks + "purpose", form).statusCode());
            refused(door.send("POST", "/v1/files", "name=" + blanks + "model", form), 403, "model_not_allowed");
        }
    }

    @Test
    void aRequestNamesNoMoreThanSoManyIds() throws Exception {
        StringBuilder ids = new StringBuilder();
        for (int i = 0; i <= 1000; i++) {
            ids.append("\"file-").append(i).append("\",");
        }
        try (RunningGateway gateway = passing(1, "true", CLIENTS);
                HttpDoor door = new HttpDoor(gateway, authority, HttpClient.Version.HTTP_1_1)) {
            refused(door.send("POST", "/v1/vector_stores", "{\"file_ids\":[" + ids + "1]}", "x-api-key", "k1"), 400, "too_many_ids");
        }
    }
}
