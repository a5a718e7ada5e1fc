package sluice.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccountNamesTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "in organization org-AbCdEfGh12345678 on tokens | in organization org-**************** on tokens",
        "org-AbCdEfGh12345678 | org-****************",
        "`proj_AbCdEfGh123456789`, user-AbCdEfGh12345678. | `proj_*****************`, user-****************.",
        "org-AbCdEfGh12345678,org-AbCdEfGh12345679 | org-****************,org-****************",
        "a user-friendly org-chart of cyborg-AbCdEfGh12345678 | a user-friendly org-chart of cyborg-AbCdEfGh12345678",
        "key sk-proj-AbCdEfGh_1234-5678, sk-AbCdEfGh12345678: | key sk-***********************, sk-****************:",
        "sk-proj-****5678 of a task-force-one-two-three | sk-proj-****5678 of a task-force-one-two-three",
        "org- | org-", "nothing | nothing"})
    void namesOfTheOwnerAndKeysAreHidden(String said, String told) {
        assertEquals(told, AccountNames.hidden(said));
    }
}
