// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The arguments of {@code <room>-TOPIC_BEING_DESTROYED}. The topic ends and the receiver is no
 * longer a member of its room.
 *
 * <p>Dialect v1. Clauses: SRV-SVC-3, SRV-SVC-5.
 */
public record TopicBeingDestroyed() implements ArgumentList {
    /**
     * The name under which it travels.
     *
     * @param room the room
     * @return the name
     */
    public static String event(String room) {
        return room + "-TOPIC_BEING_DESTROYED";
    }

    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static TopicBeingDestroyed of(JsonNode arguments) {
        var list = new ArgumentReader("<room>-TOPIC_BEING_DESTROYED", arguments);
        list.end();
        return new TopicBeingDestroyed();
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().arguments();
    }
}
