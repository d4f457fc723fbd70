// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;

/**
 * The arguments of {@code <room>-DEFAULT_TOPIC_EVENT}. A publication, sent to every member of
 * the topic's room except a publishing client.
 *
 * <p>Dialect v1. Clauses: SRV-SVC-5, SRV-SVC-4, CLI-SVC-F2.
 *
 * @param args what was published.
 */
public record TopicPublication(List<JsonNode> args) implements ArgumentList {
    /**
     * The name under which it travels.
     *
     * @param room the room
     * @return the name
     */
    public static String event(String room) {
        return room + "-DEFAULT_TOPIC_EVENT";
    }

    /** Checks that this can be sent. */
    public TopicPublication {
        args = List.copyOf(args);
    }

    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static TopicPublication of(JsonNode arguments) {
        var list = new ArgumentReader("<room>-DEFAULT_TOPIC_EVENT", arguments);
        var args = list.rest();
        list.end();
        return new TopicPublication(args);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().rest(args).arguments();
    }
}
