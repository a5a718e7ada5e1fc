package sluice.server;

import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.function.BooleanSupplier;
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
        return HttpRouting.builder()
                .addFilter(AdminRoutes::withoutBody)
                .update(operations::routing)
                .get("/health/live", (request, response) -> response.send("{\"status\":\"UP\"}\n"))
                .get("/health/ready", this::ready)
                .get("/health", this::ready);
    }

    /** An answer to HEAD has no body, and Helidon would send one: the next answer on the connection would be taken for it. */
    private static void withoutBody(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        if (request.prologue().method() == Method.HEAD) {
            response.status(request.path().path().startsWith("/health") ? Status.OK_200 : Status.METHOD_NOT_ALLOWED_405);
            response.headers().set(io.helidon.http.HeaderNames.ALLOW, "GET");
            response.send();
        } else {
            chain.proceed();
        }
    }

    private void ready(ServerRequest request, ServerResponse response) {
        List<AccountStatus> accounts = gateway.live().scheduler().accounts();
        boolean enabled = accounts.stream().anyMatch(account -> account.state() != AccountStatus.State.DISABLED);
        boolean listens = listening.getAsBoolean();
        boolean up = enabled && listens && !gateway.draining();
        StringBuilder json = new StringBuilder("{\"status\":\"").append(up ? "UP" : "DOWN").append("\",\"draining\":")
                .append(gateway.draining()).append(",\"listening\":").append(listens).append(",\"accounts\":{");
        for (AccountStatus account : accounts) {
            json.append(json.charAt(json.length() - 1) == '{' ? "" : ",");
            sluice.json.JsonStrings.appendQuoted(json, account.name());
            json.append(":\"").append(account.state()).append('"');
        }
        response.status(up ? Status.OK_200 : Status.SERVICE_UNAVAILABLE_503);
        response.headers().set(io.helidon.http.HeaderNames.CONTENT_TYPE, "application/json");
        response.send(json.append("}}\n").toString());
    }
}
