import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The streams of a client, in dialect v1: without a packet for the end of one direction. */
final class Streams {
    static final String DATA = "P2P_EMIT_STREAM-from-stream-";

    record Write(JsonNode chunk, P2p.Done done) {}

    /** One end. */
    static final class Stream {
        final String name;
        final String id;
        final String peerId;
        final String peer;
        final Deque<Write> writes = new ArrayDeque<>();
        boolean open;

        Stream(String name, String id, String peerId, String peer) {
            this.name = name;
            this.id = id;
            this.peerId = peerId;
            this.peer = peer;
        }
    }

    private final P2p client;
    private final Map<String, Stream> streams = new LinkedHashMap<>();
    boolean wanted;

    Streams(P2p client) {
        this.client = client;
    }

    void open(String name, String to, P2p.Done done) {
        // It is known from now on, because data may overtake the answer.
        Stream stream = new Stream(name, UUID.randomUUID().toString(), UUID.randomUUID().toString(), to);
        streams.put(name, stream);
        var info = Values.object().put("sourceStreamId", stream.id).put("targetStreamId", stream.peerId);
        info.put("targetClientId", to);
        client.ask(why -> {
            stream.open = why == null;
            if (why != null) streams.remove(name, stream);
            done.call(why);
        }, "MULTI_API_CREATE_STREAM", info);
    }

    void offered(JsonNode info, SocketIo.Answer answer) {
        if (answer == null || !info.isObject()) return;
        if (!wanted) {
            answer.send("Client " + client.id + " is not listening to create stream event");
            return;
        }
        String own = info.path("targetStreamId").asText();
        String peer = info.path("sourceClientId").asText();
        Stream stream = new Stream("in " + own, own, info.path("sourceStreamId").asText(), peer);
        stream.open = true;
        streams.put(stream.name, stream);
        answer.send();
        client.happens.tell("stream_opened", "stream", stream.name, "from", peer);
    }

    void data(String peerId, List<JsonNode> args, SocketIo.Answer answer) {
        for (Stream stream : streams.values()) {
            if (!stream.peerId.equals(peerId) || args.size() < 2 || !stream.peer.equals(args.get(0).asText())) continue;
            byte[] bytes = bytes(args.get(1));
            if (bytes == null) return;
            P2p.reply(answer);
            client.happens.tell("data", "stream", stream.name, "data", BinaryNode.valueOf(bytes));
            return;
        }
    }

    /** Bytes come as an attachment, as a text or as a list of numbers. */
    private static byte[] bytes(JsonNode chunk) {
        if (chunk instanceof BinaryNode binary) return binary.binaryValue();
        if (chunk.isTextual()) return chunk.asText().getBytes(StandardCharsets.UTF_8);
        if (!chunk.isArray()) return null;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        chunk.forEach(item -> bytes.write(item.asInt()));
        return bytes.toByteArray();
    }

    /** One chunk is under way, the next one follows its ack. */
    void write(String name, JsonNode chunk, P2p.Done done) {
        Stream stream = the(name);
        stream.writes.add(new Write(chunk, done));
        if (stream.writes.size() == 1) writeNext(stream);
    }

    private void writeNext(Stream stream) {
        client.message(stream.peer, DATA + stream.id, Values.of(stream.writes.peek().chunk), (ack, why) -> {
            Write written = stream.writes.poll();
            if (written == null) return; // the stream is gone meanwhile
            written.done.call(why);
            if (why != null || streams.get(stream.name) != stream) return;
            if (isTrue(ack.path(0))) { // an error of the other side
                destroy(stream.name);
                closed(stream);
            } else if (!stream.writes.isEmpty()) {
                writeNext(stream);
            }
        });
    }

    /** What JavaScript takes for true. */
    private static boolean isTrue(JsonNode value) {
        if (value.isTextual()) return !value.asText().isEmpty();
        if (value.isNumber()) return value.asDouble() != 0;
        return value.isContainerNode() || value.isBinary() || value.asBoolean();
    }

    void destroy(String name) {
        Stream stream = the(name);
        streams.remove(name);
        client.message(stream.peer, "PEER_STREAM_DESTROYED", Values.of(stream.id), null);
    }

    void destroyedByPeer(List<JsonNode> args) {
        String peerId = args.size() < 2 ? "" : args.get(1).asText();
        List.copyOf(streams.values()).stream().filter(stream -> stream.peerId.equals(peerId)).forEach(this::closed);
    }

    /** Ends the streams with this client, or all. */
    void closeAll(String peer) {
        List<Stream> all = List.copyOf(streams.values());
        all.stream().filter(stream -> peer == null || stream.peer.equals(peer)).forEach(this::closed);
    }

    private void closed(Stream stream) {
        streams.remove(stream.name);
        List<Write> waiting = List.copyOf(stream.writes);
        stream.writes.clear();
        waiting.forEach(write -> write.done.call("the stream is gone"));
        if (stream.open) client.happens.tell("closed", "stream", stream.name);
    }

    Stream the(String name) {
        Stream stream = streams.get(name);
        if (stream == null) throw new IllegalStateException("the stream is gone");
        return stream;
    }
}
