package sluice.forward;

import java.util.List;
import sluice.api.AccountScheduler.Selection;
import sluice.api.BodyEdit;
import sluice.api.GatewayError;
import sluice.api.Headers;
import sluice.api.OutboundBody;
import sluice.api.RequestBody;
import sluice.api.SelectionRequest;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult;

/**
 * How the attempts of a request reach their accounts. An HTTP request goes to any of them; a WebSocket client keeps one
 * connection to one account, which its turns leave only if they must. Used on the request's thread.
 */
public interface Way {
    /** What the account must offer. */
    SelectionRequest.Transport transport();

    /** Whether some account that serves {@code model} can be reached this way at all; empty: any model. */
    default boolean reaches(String model) {
        return true;
    }

    /** The one account that will do after so many attempts; empty: any. */
    default String only(int attempts) {
        return "";
    }

    /** How long to wait for a slot, where others wait {@code usual}. */
    default long waitNanos(String model, int attempts, long usual) {
        return usual;
    }

    /** Called when no account can be had. True if the request now asks for less, so that it is worth another try. */
    default boolean askForLess(String model, int attempts, Selection.Unavailable unavailable) {
        return false;
    }

    /** The account does not keep what the request is bound to, and nobody knows who does: all of them will be asked. */
    default void searches() {
        // any account will do
    }

    /** Edits that this way needs, besides those of the account. */
    default List<BodyEdit> edits() {
        return List.of();
    }

    /** The headers for this way, of those that may go to an account. */
    default Headers headers(Headers allowed) {
        return allowed;
    }

    /** Calls the request's account; {@code body} is what the client sent. Blocks. */
    UpstreamResult send(UpstreamRequest request, RequestBody body);

    /** Called when an account could not be reached. True if the request now goes another way, so that the account is called once more. */
    default boolean switchWay(UpstreamResult.Unreachable none, Call call) {
        return false;
    }

    /** Whether HTTP may do what a WebSocket could not: the account has read none of it. */
    static boolean mayGoByHttp(UpstreamResult.Unreachable none) {
        // A way station that knows no WebSocket often just closes.
        return none.kind() == UpstreamResult.Kind.TOO_LARGE || none.kind() == UpstreamResult.Kind.RESET && !none.requestSent();
    }

    /** Passes on a message that asks for no answer; false if there is nobody to pass it on to. */
    default boolean passOn(OutboundBody message) {
        return false;
    }

    /** The error for the client: {@code error}, or another one if the client is bound to an account. */
    default GatewayError wordsFor(GatewayError error, Call call) {
        return error;
    }
}
