package sluice.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.module.ModuleDescriptor;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import sluice.api.Account;
import sluice.api.AccountLease;
import sluice.api.AccountScheduler;
import sluice.api.AttemptOutcome;
import sluice.api.SchedulerSettings;
import sluice.api.Secret;
import sluice.api.SelectionPolicy;
import sluice.api.SelectionRequest;
import sluice.api.SharedState.Owners;
import sluice.api.TokenUsage;
import sluice.state.LocalStateFactory;

class EmbeddingTest {
    @Test
    void runsTheProgramOfTheReadme() throws Exception {
        // readme
        var state = new LocalStateFactory().create(Map.of());
        var policy = new LayeredFactory().create(SchedulerSettings.defaults());
        try (var scheduler = new AccountsFactory().create(SchedulerSettings.defaults(), policy, state)) {
            scheduler.apply(List.of(Account.of("main", URI.create("https://api.openai.com/v1"), new Secret("sk-1")),
                    Account.of("spare", URI.create("https://api.openai.com/v1"), new Secret("sk-2"))));
            var request = new SelectionRequest("team", "gpt-5", state.keys().key("team", "session-1"), "",
                    SelectionRequest.Transport.HTTP, false, Set.of(), Duration.ofSeconds(30).toNanos(), 1);
            if (scheduler.select(request) instanceof AccountScheduler.Selection.Selected(AccountLease lease)) {
                try (lease) {
                    lease.report(new AttemptOutcome.Succeeded(500_000_000, TokenUsage.told(2_000, 1_500, 80, 0), "resp_1", ""));
                }
            }
            // end
            assertEquals(state.owners().find("team", "resp_1"),
                    new Owners.Ownership.Owned(state.bindings().find(request.sessionKey()).account()));
        }
    }

    @Test
    void showsTheSameProgramInTheReadme() throws Exception {
        String test = Files.readString(Path.of("src/test/java/sluice/sched/EmbeddingTest.java"));
        String program = test.substring(test.indexOf("// readme\n") + 10, test.indexOf("            // end"))
                .stripTrailing().stripIndent();

        assertTrue(Files.readString(Path.of("README.md")).contains(program + "\n}\n```"));
    }

    @Test
    void isFoundByName() {
        assertEquals("layered", new LayeredFactory().name());
        assertEquals(Set.of(AccountScheduler.Factory.class.getName(), SelectionPolicy.Factory.class.getName()),
                LayeredFactory.class.getModule().getDescriptor().provides().stream()
                        .map(ModuleDescriptor.Provides::service).collect(Collectors.toSet()));
    }
}
