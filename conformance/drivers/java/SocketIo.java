import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.net.*;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.*;
import java.util.concurrent.*;
import java.util.regex.*;

/**
 * Socket.IO over the JDK's WebSocket, Engine.IO 3 and 4: what a port gets from a library. Values are
 * Jackson's, with binary nodes for attachments. Everything but the arrival of frames happens on one
 * thread, that of `loop`.
 */
final class SocketIo {
    /** Whom the events are for. */
    interface Owner {
        void connected();
        void refused(String why);
        /** `answer` acks the event, or is null. */
        void heard(String event, List<JsonNode> args, Answer answer);
        void ended(String why);
    }

    interface Answer {
        void send(Object... args);
    }

    /** Gets the arguments of an ack, or null and why there will be none. */
    interface OnAck {
        void call(ArrayNode ack, String why);
    }

    private record Partial(int type, String number, JsonNode data, int count, List<byte[]> found) {}

    /** Engine.IO's 4, the type, how many attachments, the namespace, the number of the ack, JSON. */
    private static final Pattern PACKET =
            Pattern.compile("4(\\d)(?:(\\d+)-)?(?:/[^,]*,)?(\\d+)?(.*)", Pattern.DOTALL);

    private final Owner owner;
    private final ScheduledExecutorService loop;
    private final int eio;
    private final Map<Long, OnAck> acks = new HashMap<>();
    private final Frames frames;
    private long next;
    private Partial partial; // waits for its attachments
    private long silence = 10_000; // milliseconds
    private ScheduledFuture<?> alarm;
    private boolean over;

    SocketIo(Owner owner, String url, String clientId, int eio, ScheduledExecutorService loop) {
        this.owner = owner;
        this.eio = eio;
        this.loop = loop;
        String query = "EIO=" + eio + "&transport=websocket&clientId="
                + URLEncoder.encode(clientId, StandardCharsets.UTF_8);
        URI uri = URI.create(url.replaceFirst("^http", "ws").replaceFirst("/$", "") + "/socket.io/?" + query);
        frames = new Frames(uri, loop, this::take, this::attachment, this::end);
    }

    /** Sends an event; with `onAck` it asks for an ack. */
    void emit(OnAck onAck, Object... data) {
        if (onAck == null) {
            packet(2, "", data);
        } else {
            acks.put(++next, onAck);
            packet(2, Long.toString(next), data);
        }
    }

    /** Sends a disconnect packet and closes. */
    void leave(Runnable done) {
        over = true;
        if (alarm != null) alarm.cancel(false);
        frames.send("41");
        frames.close(() -> {
            waitNoMore("the client has left");
            done.run();
        });
    }

    /** Types with attachments are 3 more than those without, and say how many follow. */
    private void packet(int type, String number, Object... data) {
        List<byte[]> attachments = new ArrayList<>();
        JsonNode json = Values.takeOut(Values.of(data), attachments);
        String head = attachments.isEmpty() ? "4" + type : "4" + (type + 3) + attachments.size() + "-";
        frames.send(head + number + json);
        for (byte[] attachment : attachments) {
            ByteBuffer bytes = ByteBuffer.allocate(attachment.length + 1).put((byte) 4).put(attachment).flip();
            if (eio == 4) bytes.get(); // only Engine.IO 3 says that it is a message
            frames.send(bytes);
        }
    }

    /** A text of the engine: its type is the first character. */
    private void take(String text) {
        if (over) return;
        silent(silence); // not any more
        if (text.startsWith("0")) open(Values.read(text.substring(1)));
        else if (text.equals("2")) frames.send("3");
        else if (text.startsWith("4")) packet(text);
    }

    private void open(JsonNode open) {
        long interval = open.path("pingInterval").asLong();
        silence = interval + open.path("pingTimeout").asLong();
        if (eio == 4) frames.send("40"); // Engine.IO 3 is connected unasked, and pings by itself
        else loop.scheduleAtFixedRate(() -> frames.send(over ? "1" : "2"), interval, interval, TimeUnit.MILLISECONDS);
    }

    /** Gives up the connection unless something comes within so many milliseconds. */
    private void silent(long limit) {
        if (alarm != null) alarm.cancel(false);
        alarm = loop.schedule(() -> {
            frames.abort();
            end("the server has fallen silent");
        }, limit, TimeUnit.MILLISECONDS);
    }

    private void packet(String text) {
        Matcher parts = PACKET.matcher(text);
        if (!parts.matches()) return;
        int type = Integer.parseInt(parts.group(1));
        JsonNode data = Values.read(parts.group(4));
        switch (type) {
            case 0 -> owner.connected();
            case 1 -> frames.close(() -> { });
            case 2, 3 -> arrived(type, parts.group(3), data);
            case 4 -> owner.refused(data.path("message").asText(data.toString()));
            case 5, 6 -> {
                int count = parts.group(2) == null ? 0 : Integer.parseInt(parts.group(2));
                partial = new Partial(type - 3, parts.group(3), data, count, new ArrayList<>());
            }
            default -> { }
        }
    }

    private void attachment(ByteBuffer data) {
        Partial waiting = partial;
        if (over || waiting == null) return;
        if (eio == 3) data.get(); // the type of the engine's message
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        waiting.found.add(bytes);
        if (waiting.found.size() < waiting.count) return;
        partial = null;
        arrived(waiting.type, waiting.number, Values.putIn(waiting.data, waiting.found));
    }

    private void arrived(int type, String number, JsonNode data) {
        if (!data.isArray()) return;
        if (type == 3) {
            OnAck onAck = number == null ? null : acks.remove(Long.parseLong(number));
            if (onAck != null) onAck.call((ArrayNode) data, null);
        } else if (data.path(0).isTextual()) {
            List<JsonNode> args = new ArrayList<>();
            data.forEach(args::add);
            String event = args.remove(0).asText();
            owner.heard(event, args, number == null ? null : answer -> packet(3, number, answer));
        }
    }

    private void waitNoMore(String why) {
        List<OnAck> waiting = new ArrayList<>(acks.values());
        acks.clear();
        waiting.forEach(onAck -> onAck.call(null, why));
    }

    private void end(String why) {
        if (over) return;
        over = true;
        if (alarm != null) alarm.cancel(false);
        waitNoMore(why);
        owner.ended(why);
    }
}
