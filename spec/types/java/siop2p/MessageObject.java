// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * A message: who shall receive which event with which arguments. Client libraries put their own
 * id first in {@code args}.
 *
 * @param targetClientId the client that shall receive the event.
 * @param event the event that it receives.
 * @param args the arguments of that event, passed on unchanged.
 */
public record MessageObject(
        String targetClientId,
        String event,
        List<JsonNode> args) {
    /** Checks that this can be sent. */
    public MessageObject {
        Check.name("targetClientId", targetClientId);
        Check.isThere("event", event);
        args = List.copyOf(args);
    }

    /**
     * Reads the object.
     *
     * @param value the object
     * @return what it says
     * @throws IllegalArgumentException if it is none of these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static MessageObject of(JsonNode value) {
        var reader = new MemberReader("MessageObject", value);
        var targetClientId = reader.name("targetClientId");
        var event = reader.text("event");
        var args = reader.list("args");
        reader.end();
        return new MessageObject(
                targetClientId,
                event,
                args);
    }

    /**
     * The object as it travels.
     *
     * @return the object
     */
    @JsonValue
    public ObjectNode json() {
        var json = JsonNodeFactory.instance.objectNode();
        json.put("targetClientId", targetClientId);
        json.put("event", event);
        json.putArray("args").addAll(args);
        return json;
    }
}
