package sluice.server;

import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import sluice.admin.AdminAnswer;
import sluice.api.AccountStatus;
import sluice.forward.Gateway;
import sluice.ops.Operations;

/** The routes of the admin port. Thread-safe. */
final class AdminRoutes {
    private final Gateway gateway;
    private final Operations operations;
    private final BooleanSupplier listening;

    /**
     * Routes for one gateway.
     *
     * @param listening whether the data port takes connections
     */
    AdminRoutes(Gateway gateway, Operations operations, BooleanSupplier listening) {
        this.listening = listening;
        this.gateway = gateway;
        this.operations = operations;
    }

    HttpRouting.Builder routing() {
        // What is below comes first: behind the routes of operations there is none.
        return HttpRouting.builder()
                .get("/health/live", AdminRoutes::live).head("/health/live", AdminRoutes::live)
                .get("/health/ready", this::ready).head("/health/ready", this::ready)
                .get("/health", this::ready).head("/health", this::ready)
                .update(operations::routing);
    }

    private static void live(ServerRequest request, ServerResponse response) {
        AdminAnswer.json(response, "{\"status\":\"UP\"}\n");
    }

    private void ready(ServerRequest request, ServerResponse response) {
        List<AccountStatus> accounts = gateway.inForce().scheduler().accounts();
        boolean enabled = accounts.stream().anyMatch(account -> account.state() != AccountStatus.State.DISABLED);
        boolean listens = listening.getAsBoolean();
        boolean up = enabled && listens && !gateway.draining();
        StringBuilder json = new StringBuilder("{\"status\":\"").append(up ? "UP" : "DOWN").append("\",\"draining\":")
                .append(gateway.draining()).append(",\"listening\":").append(listens);
        if (operations.mayRead(request)) {
            names(accounts, json.append(",\"accounts\":{"));
        } else {
            counts(accounts, json.append(",\"accounts_by_state\":{"));
        }
        response.status(up ? Status.OK_200 : Status.SERVICE_UNAVAILABLE_503);
        AdminAnswer.json(response, json.append("}}\n").toString());
    }

    private static void names(List<AccountStatus> accounts, StringBuilder json) {
        for (AccountStatus account : accounts) {
            json.append(json.charAt(json.length() - 1) == '{' ? "" : ",");
            sluice.json.JsonStrings.appendQuoted(json, account.name());
            json.append(":\"").append(account.state()).append('"');
        }
    }

    /** Who has shown no token sees how many there are in which state. */
    private static void counts(List<AccountStatus> accounts, StringBuilder json) {
        Map<AccountStatus.State, Long> counts = accounts.stream()
                .collect(Collectors.groupingBy(AccountStatus::state, TreeMap::new, Collectors.counting()));
        counts.forEach((state, count) -> json.append(json.charAt(json.length() - 1) == '{' ? "" : ",").append('"').append(state)
                .append("\":").append(count));
    }
}
