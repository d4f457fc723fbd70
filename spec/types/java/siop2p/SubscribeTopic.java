// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The arguments of {@code SUBSCRIBE_TOPIC}. A peer asks this service for the publications of a
 * topic; a service that the server provides takes it before it is forwarded.
 *
 * <p>Dialect v1. Clauses: SRV-SVC-F5, SRV-SVC-4, CLI-SVC-F1, CLI-SVC-F2.
 *
 * @param source who asks, by its own word.
 * @param client who is to be subscribed.
 * @param topic the bare topic name.
 */
public record SubscribeTopic(String source, String client, String topic) implements ArgumentList {
    /** The name under which it travels. */
    public static final String EVENT = "SUBSCRIBE_TOPIC";

    /** Checks that this can be sent. */
    public SubscribeTopic {
        Check.name("source", source);
        Check.name("client", client);
        Check.isThere("topic", topic);
    }

    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static SubscribeTopic of(JsonNode arguments) {
        var list = new ArgumentReader("SUBSCRIBE_TOPIC", arguments);
        var source = list.name("source");
        var client = list.name("client");
        var topic = list.text("topic");
        list.end();
        return new SubscribeTopic(source, client, topic);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter()
                .text(source)
                .text(client)
                .text(topic)
                .arguments();
    }
}
