import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The topics of dialect v1: those of a client that is a service, and subscriptions. */
final class Topics {
    private final P2p client;
    private final boolean isService;
    private final Map<String, String[]> subscriptions = new HashMap<>(); // listener -> service and topic

    Topics(P2p client, boolean isService) {
        this.client = client;
        this.isService = isService;
    }

    private static String room(String service, String topic) {
        return "service:" + service + ":topic:" + topic;
    }

    void create(String topic) {
        P2p.SetUp join = done -> client.emit(null, "JOIN_ROOM", "SERVICE_CREATE_TOPIC", room(client.id, topic));
        client.again.put("0 topic " + topic, join);
        join.with(why -> { });
    }

    void destroy(String topic) {
        client.again.remove("0 topic " + topic);
        client.emit(null, "LEAVE_ROOM", "SERVICE_DESTROY_TOPIC", room(client.id, topic));
    }

    void publish(String topic, JsonNode args) {
        String room = room(client.id, topic);
        client.emitRoom(room, room + "-DEFAULT_TOPIC_EVENT", args);
    }

    /** Another client asks: `[its id, whom to subscribe, the topic]`. */
    void subscriber(List<JsonNode> args, SocketIo.Answer answer) {
        if (!isService) return;
        String topic = args.size() < 3 ? "" : args.get(2).asText();
        if (topic.isEmpty()) {
            P2p.reply(answer, "topicName can not be empty");
            return;
        }
        String who = args.get(1).asText();
        client.emit((ack, why) -> {
            if (why != null) return;
            if (ack.isEmpty()) P2p.reply(answer);
            else P2p.reply(answer, "client " + who + " is not connected to p2p server");
        }, "JOIN_ROOM", "CLIENT_SUBSCRIBE_TOPIC", who, room(client.id, topic));
    }

    void unsubscriber(List<JsonNode> args) {
        if (!isService || args.size() < 3) return;
        String room = room(client.id, args.get(2).asText());
        client.emit(null, "LEAVE_ROOM", "CLIENT_UNSUBSCRIBE_TOPIC", args.get(1).asText(), room);
    }

    void subscribe(String name, String service, String topic, P2p.Hear hear, P2p.Done done) {
        String room = room(service, topic);
        subscriptions.put(name, new String[] {service, topic});
        client.listeners.put(name, new P2p.Listener(room + "-DEFAULT_TOPIC_EVENT", null, false, true, hear));
        P2p.Hear ends = (from, args, answer) -> {
            forget(name);
            client.happens.tell("topic_destroyed", "listener", name);
        };
        String end = room + "-TOPIC_BEING_DESTROYED";
        client.listeners.put("end of " + name, new P2p.Listener(end, null, true, true, ends));
        P2p.Done agreed = why -> {
            if (why != null) forget(name);
            done.call(why);
        };
        client.setUp("1 subscription " + name, agreed, answered -> client.message(service, "SUBSCRIBE_TOPIC",
                Values.of(client.id, topic), (ack, why) -> answered.call(P2p.refusal(ack, why))));
    }

    void unsubscribe(String name) {
        String[] subscription = forget(name);
        if (subscription == null) throw new IllegalStateException("there is no such subscription");
        client.message(subscription[0], "UNSUBSCRIBE_TOPIC", Values.of(client.id, subscription[1]), null);
    }

    private String[] forget(String name) {
        client.again.remove("1 subscription " + name);
        client.listeners.remove(name);
        client.listeners.remove("end of " + name);
        return subscriptions.remove(name);
    }
}
