import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A client of dialect v1 that other clients know by its id: what the Java client in the field speaks.
 * Everything happens on the thread of `loop`.
 */
class P2p implements SocketIo.Owner {
    /** Is told what spec/driver.md calls events: the name, and members as name and value in turn. */
    interface Happens {
        void tell(String event, Object... members);
    }

    /** Is told that something is done, or why it is not. */
    interface Done {
        void call(String why);
    }

    /** Gets what an event brings; `from` is null where nobody says it. */
    interface Hear {
        void call(String from, List<JsonNode> args, SocketIo.Answer answer);
    }

    /** How something is set up, each time that the client is connected. */
    interface SetUp {
        void with(Done done);
    }

    record Listener(String event, String from, boolean once, boolean plain, Hear hear) {}

    final String id;
    final Happens happens;
    final Map<String, Listener> listeners = new LinkedHashMap<>();
    final Streams streams = new Streams(this);
    final Topics topics;
    /** What is set up again when the client comes back; keys begin with a rank. */
    final Map<String, SetUp> again = new TreeMap<>();
    private final ScheduledExecutorService loop;
    private final JsonNode told;
    private Done connecting;
    private boolean up;
    private SocketIo io;

    P2p(JsonNode told, ScheduledExecutorService loop, Happens happens, Done connecting) {
        this.told = told;
        this.loop = loop;
        this.happens = happens;
        this.connecting = connecting;
        id = told.path("client_id").asText();
        topics = new Topics(this, told.path("service").asBoolean());
        dial();
    }

    private void dial() {
        io = new SocketIo(this, told.path("url").asText(), id, told.path("eio").asInt(4), loop);
    }

    private void dialAgain() {
        loop.schedule(this::dial, 50, TimeUnit.MILLISECONDS);
    }

    void leave(Runnable done) {
        io.leave(done);
    }

    @Override
    public void connected() {
        up = true;
        if (connecting != null) {
            Done done = connecting;
            connecting = null;
            done.call(null);
            return;
        }
        happens.tell("connected");
        new ArrayList<>(again.values()).forEach(setUp -> setUp.with(why -> { })); // rooms and topics come first
    }

    @Override
    public void refused(String why) {
        io.leave(() -> { });
        if (connecting == null) dialAgain();
        else connecting.call(why);
    }

    @Override
    public void ended(String why) {
        if (connecting != null) {
            connecting.call(why);
            return;
        }
        if (up) happens.tell("disconnected", "reason", why);
        up = false;
        streams.closeAll(null);
        if (told.path("reconnect").asBoolean()) dialAgain();
    }

    /** Does something, and again whenever the client comes back. */
    void setUp(String key, Done done, SetUp action) {
        action.with(why -> {
            if (why == null) again.put(key, action);
            done.call(why);
        });
    }

    /** Sends an event and asks for an ack, in which a first argument is a refusal. */
    void ask(Done done, Object... data) {
        io.emit((ack, why) -> done.call(refusal(ack, why)), data);
    }

    static String refusal(ArrayNode ack, String why) {
        return why != null ? why : ack.path(0).isMissingNode() || ack.path(0).isNull() ? null : ack.get(0).asText();
    }

    void emit(SocketIo.OnAck onAck, Object... data) {
        io.emit(onAck, data);
    }

    void emitRoom(String room, String event, JsonNode args) {
        ArrayNode all = Values.of("EMIT_ROOM", room, event);
        args.forEach(all::add);
        io.emit(null, Driver.list(all));
    }

    /** A message; in v1 the sender's own id is its first argument. */
    void message(String to, String event, JsonNode args, SocketIo.OnAck onAck) {
        ArrayNode all = Values.of(id);
        args.forEach(all::add);
        var packet = Values.object().put("targetClientId", to).put("event", event).set("args", all);
        io.emit(onAck, onAck == null ? "P2P_EMIT" : "P2P_EMIT_ACKNOWLEDGE", packet);
    }

    void addTarget(String to, Done done) {
        setUp("1 target " + to, done, answered -> ask(answered, "MULTI_API_ADD_TARGET", to));
    }

    void joinRoom(String room, Done done) {
        setUp("0 room " + room, done, answered -> ask(answered, "JOIN_ROOM", "JOIN", room));
    }

    void leaveRoom(String room, Done done) {
        again.remove("0 room " + room);
        ask(done, "LEAVE_ROOM", "LEAVE", room);
    }

    @Override
    public void heard(String event, List<JsonNode> args, SocketIo.Answer answer) {
        JsonNode first = args.isEmpty() ? Values.read("null") : args.get(0);
        switch (event) {
            case "SERVER_ERROR" -> happens.tell("server_error", "text", first.asText());
            case "SERVER_PING" -> reply(answer, "pong from client " + id);
            case "ADD_TARGET", "MULTI_API_ADD_TARGET" -> {
                if (!first.isTextual()) return;
                reply(answer);
                happens.tell("target_added", "client", first.asText());
            }
            case "TARGET_DISCONNECT", "MULTI_API_TARGET_DISCONNECT" -> {
                if (first.isTextual()) left(first.asText());
            }
            case "MULTI_API_CREATE_STREAM", "CREATE_STREAM" -> streams.offered(first, answer);
            case "PEER_STREAM_DESTROYED" -> streams.destroyedByPeer(args);
            case "SUBSCRIBE_TOPIC" -> topics.subscriber(args, answer);
            case "UNSUBSCRIBE_TOPIC" -> topics.unsubscriber(args);
            default -> {
                if (event.startsWith(Streams.DATA)) {
                    streams.data(event.substring(Streams.DATA.length()), args, answer);
                    return;
                }
                new LinkedHashMap<>(listeners).forEach((name, listener) -> hear(name, listener, event, args, answer));
            }
        }
    }

    private void hear(String name, Listener listener, String event, List<JsonNode> args, SocketIo.Answer answer) {
        if (!listener.event.equals(event)) return;
        boolean sourced = !listener.plain && !args.isEmpty();
        String from = sourced ? args.get(0).asText() : null;
        if (listener.from != null && !listener.from.equals(from)) return;
        if (listener.once) listeners.remove(name);
        listener.hear.call(from, sourced ? args.subList(1, args.size()) : args, answer);
    }

    private void left(String client) {
        again.remove("1 target " + client);
        streams.closeAll(client);
        listeners.values().removeIf(listener -> client.equals(listener.from));
        happens.tell("target_left", "client", client);
    }

    static void reply(SocketIo.Answer answer, Object... args) {
        if (answer != null) answer.send(args);
    }
}
