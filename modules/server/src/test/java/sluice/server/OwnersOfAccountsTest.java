package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an account says of an error names its owner; clients are told the rest. */
class OwnersOfAccountsTest extends AtAllDoors {
    private static final String ASK = "{\"model\":\"gpt-5.1\",\"stream\":true,\"store\":true,\"input\":\"hi\"}";
    private static final String OWNER = "Ab12Cd34Ef56Gh78Ij90Kl12";
    private static final String SAID = "Limit reached for gpt-5.1 in organization org-" + OWNER + " of proj_" + OWNER
            + " with sk-proj-" + OWNER;
    private static final String TOLD = SAID.replace("proj-" + OWNER, "*****" + OWNER).replace(OWNER, "*".repeat(OWNER.length()));

    private Heard ask(Door door) throws Exception {
        return ask(door, ASK);
    }

    private Heard ask(Door door, String what) throws Exception {
        try (RunningGateway gateway = gateway(1, "", "")) {
            return ask(door, gateway, "", what);
        }
    }

    private static void tellsTheRest(Heard heard) {
        assertFalse(heard.toString().contains(OWNER.substring(0, 8)), heard.toString());
        assertTrue(heard.toString().contains(TOLD), heard.toString());
    }

    @ParameterizedTest
    @EnumSource
    void aStreamThatFailsInItsMidstTellsNoOwner(Door door) throws Exception {
        for (String instructions : List.of("short", "long ".repeat(40_000))) {
            String failed = "{\"type\":\"response.failed\",\"sequence_number\":2,\"response\":{\"id\":\"resp_1\",\"object\":\"response\","
                    + "\"status\":\"failed\",\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"" + SAID + "\"},"
                    + "\"model\":\"gpt-5.1\",\"instructions\":\"" + instructions + "\",\"output\":[]}}";
            upstream.account("sk-a", asked -> SayingUpstream.events(SayingUpstream.created("gpt-5.1"), SayingUpstream.delta(1, "x"),
                    failed));
            Heard heard = ask(door);
            assertEquals("response.failed", heard.terminal());
            tellsTheRest(heard);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anErrorOfAStreamTellsNoOwner(Door door) throws Exception {
        upstream.account("sk-a", asked -> SayingUpstream.events(SayingUpstream.created("gpt-5.1"), SayingUpstream.delta(1, "x"),
                "{\"type\":\"error\",\"code\":\"rate_limit_exceeded\",\"message\":\"" + SAID + "\",\"param\":null,\"sequence_number\":2}"));
        tellsTheRest(ask(door));
    }

    @ParameterizedTest
    @EnumSource
    void anErrorWithoutATypeWithinAStreamTellsNoOwner(Door door) throws Exception {
        upstream.account("sk-a", asked -> SayingUpstream.events(SayingUpstream.created("gpt-5.1"), SayingUpstream.delta(1, "x"),
                "{\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"" + SAID + "\"}}"));
        tellsTheRest(ask(door));
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerThatTellsAFailureTellsNoOwner(Door door) throws Exception {
        String failed = "{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":1,\"status\":\"failed\",\"error\":{\"code\":"
                + "\"invalid_prompt\",\"message\":\"" + SAID + "\"},\"model\":\"gpt-5.1\",\"output\":[]}";
        upstream.account("sk-a", asked -> asked.streams() ? SayingUpstream.events(SayingUpstream.created("gpt-5.1"),
                SayingUpstream.delta(1, "x"), "{\"type\":\"response.failed\",\"sequence_number\":2,\"response\":" + failed + "}")
                : SayingUpstream.status(200, failed));
        tellsTheRest(ask(door, ASK.replace("\"stream\":true,", "")));
    }

    @ParameterizedTest
    @EnumSource
    void aRefusalThatIsTheRequestsFaultTellsNoOwner(Door door) throws Exception {
        upstream.account("sk-a", asked -> SayingUpstream.status(400, "{\"error\":{\"message\":\"" + SAID + "\",\"type\":"
                + "\"invalid_request_error\",\"param\":\"stream\",\"code\":\"unsupported_value\"}}"));
        Heard heard = ask(door);
        assertEquals(400, heard.status());
        tellsTheRest(heard);
    }
}
