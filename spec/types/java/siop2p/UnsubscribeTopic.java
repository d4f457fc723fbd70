// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The arguments of {@code UNSUBSCRIBE_TOPIC}. A peer wants no more publications of a topic.
 *
 * <p>Dialect v1. Clauses: SRV-SVC-F5, SRV-SVC-4, CLI-SVC-F1, CLI-SVC-F2.
 *
 * @param source who asks, by its own word.
 * @param client who is to be unsubscribed.
 * @param topic the topic name.
 */
public record UnsubscribeTopic(String source, String client, String topic) implements ArgumentList {
    /** The name under which it travels. */
    public static final String EVENT = "UNSUBSCRIBE_TOPIC";

    /** Checks that this can be sent. */
    public UnsubscribeTopic {
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
    public static UnsubscribeTopic of(JsonNode arguments) {
        var list = new ArgumentReader("UNSUBSCRIBE_TOPIC", arguments);
        var source = list.name("source");
        var client = list.name("client");
        var topic = list.text("topic");
        list.end();
        return new UnsubscribeTopic(source, client, topic);
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
