package sluice.image;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;

/** A client's end of a WebSocket: what came, in order. */
final class Listener implements WebSocket.Listener {
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final StringBuilder partial = new StringBuilder();

    /** Sends one message and takes all that comes up to the end of its turn, or of the connection. */
    static List<String> turn(HttpClient client, URI base, String key, String message) throws InterruptedException {
        Listener listener = new Listener();
        WebSocket socket = client.newWebSocketBuilder().header("Authorization", "Bearer " + key)
                .buildAsync(URI.create(base.toString().replace("http:", "ws:") + "/responses"), listener).join();
        socket.sendText(message, true).join();
        List<String> messages = new ArrayList<>();
        while (true) {
            String next = listener.received.take();
            if (next.isEmpty()) {
                return messages;
            }
            messages.add(next);
            if (OpenAiSchemas.typeOf(next).matches("error|response\\.(completed|failed|incomplete)")) {
                socket.abort();
                return messages;
            }
        }
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            received.add(partial.toString());
            partial.setLength(0);
        }
        return WebSocket.Listener.super.onText(webSocket, data, last);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
        received.add("");
        return WebSocket.Listener.super.onClose(webSocket, statusCode, reason);
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
        received.add("");
    }
}
