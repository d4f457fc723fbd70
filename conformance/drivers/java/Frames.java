import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** The JDK's WebSocket with whole messages, handed over on one thread, and sent one after the other. */
final class Frames implements WebSocket.Listener {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Executor loop;
    private final Consumer<String> onText;
    private final Consumer<ByteBuffer> onBytes;
    private final Consumer<String> onEnd;
    private final StringBuilder text = new StringBuilder();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private CompletableFuture<WebSocket> sent; // by which messages wait for each other

    Frames(URI uri, Executor loop, Consumer<String> onText, Consumer<ByteBuffer> onBytes, Consumer<String> onEnd) {
        this.loop = loop;
        this.onText = onText;
        this.onBytes = onBytes;
        this.onEnd = onEnd;
        sent = HTTP.newWebSocketBuilder().buildAsync(uri, this);
        sent.whenComplete((socket, error) -> {
            if (error != null) onError(socket, error);
        });
    }

    /** Does what takes the JDK its time, so that no deadline has to wait for it. */
    static void load() {
        HTTP.newWebSocketBuilder();
    }

    void send(String text) {
        sent = sent.thenCompose(socket -> socket.sendText(text, true));
    }

    void send(ByteBuffer bytes) {
        sent = sent.thenCompose(socket -> socket.sendBinary(bytes, true));
    }

    /** Sends a close frame, and then runs this. */
    void close(Runnable then) {
        sent = sent.thenCompose(socket -> socket.sendClose(WebSocket.NORMAL_CLOSURE, ""));
        sent.whenComplete((socket, error) -> loop.execute(then));
    }

    void abort() {
        sent.thenAccept(WebSocket::abort);
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            String whole = text.toString();
            text.setLength(0);
            loop.execute(() -> onText.accept(whole));
        }
        socket.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
        while (data.hasRemaining()) bytes.write(data.get());
        if (last) {
            ByteBuffer whole = ByteBuffer.wrap(bytes.toByteArray());
            bytes.reset();
            loop.execute(() -> onBytes.accept(whole));
        }
        socket.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
        loop.execute(() -> onEnd.accept("the server has closed the connection"));
        return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
        loop.execute(() -> onEnd.accept(String.valueOf(error.getMessage())));
    }
}
