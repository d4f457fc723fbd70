package siop2p;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** Holds the types for Java to the published instances. */
final class Instances {
    private static final ObjectMapper MAPPER =
            new ObjectMapper().configure(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, true);

    private Instances() {}

    /** What the type makes of a value: the same again, or an exception. */
    private static String again(String type, JsonNode data) throws IOException {
        var alone = new ArgumentReader(type, MAPPER.createArrayNode().add(data));
        // Those that are no types of their own in Java.
        Object value = switch (type) {
            case "ClientId", "ApiName", "Channel", "TopicName" -> alone.name(type);
            case "EventName", "RoomName", "StreamId" -> alone.text(type);
            case "Greeting" -> new PongAck(alone.text(type)).greeting();
            case "Arguments" -> alone.list(type);
            case "Payload" -> alone.value(type);
            default -> {
                try {
                    var of = Class.forName("siop2p." + type);
                    var read = MAPPER.readValue(MAPPER.writeValueAsString(data), of);
                    if (read == null) {
                        throw new IllegalArgumentException("null is no value");
                    }
                    yield read;
                } catch (ClassNotFoundException error) {
                    throw new IllegalStateException("no type for the instances of " + type);
                }
            }
        };
        return canonical(MAPPER.readTree(MAPPER.writeValueAsString(value)));
    }

    private static String canonical(JsonNode value) throws IOException {
        return MAPPER.writeValueAsString(MAPPER.treeToValue(value, Object.class));
    }

    private static boolean isRefused(Supplier<Object> made) {
        try {
            made.get();
            return false;
        } catch (IllegalArgumentException error) {
            return true;
        }
    }

    public static void main(String[] arguments) throws IOException {
        var faults = new ArrayList<String>();
        int sent = 0;
        int refused = 0;
        var files = Path.of(arguments[0]).toFile().listFiles();
        Arrays.sort(files);
        for (File path : files) {
            var file = MAPPER.readTree(path);
            var type = file.get("type").textValue();
            for (var instance : file.get("send")) {
                var data = instance.get("data");
                sent += 1;
                try {
                    var again = again(type, data);
                    if (!again.equals(canonical(data))) {
                        faults.add(type + " " + data + ": written as " + again);
                    }
                } catch (IOException | IllegalArgumentException error) {
                    faults.add(type + " " + data + ": " + error.getMessage());
                }
            }
            for (var instance : file.get("refuse")) {
                refused += 1;
                try {
                    again(type, instance.get("data"));
                    faults.add(type + " " + instance.get("data") + ": not refused");
                } catch (IOException | IllegalArgumentException error) {
                    // As it has to be.
                }
            }
        }
        var any = MAPPER.getNodeFactory();
        List<Supplier<Object>> wrong = List.of(
                () -> new AddTarget(""),
                () -> new P2pEmitV2(null, "hello", List.of(), true),
                () -> new PongAck("hello"),
                () -> new AddTargetAck(any.booleanNode(false)),
                () -> new JoinRoomV1(any.textNode("any"), "bob", Rooms.one("lobby")),
                () -> new JoinRoomV1(any.textNode("CLIENT_SUBSCRIBE_TOPIC"), null, Rooms.one("lobby")),
                () -> new CreateStream(null));
        for (var made : wrong) {
            if (!isRefused(made)) {
                faults.add("a constructor takes what cannot be sent: " + made.get());
            }
        }
        var left = Event.find(false, "v2", StreamDataV2.event("SA")).orElseThrow();
        if (!(left.read(MAPPER, "[null]") instanceof StreamDataV2) || Event.find(true, "v1", AddTarget.EVENT).isPresent()) {
            faults.add("events are not found by their names");
        }
        faults.forEach(System.err::println);
        System.out.println(sent + " instances read and written the same, " + refused + " refused");
        System.exit(faults.isEmpty() ? 0 : 1);
    }
}
