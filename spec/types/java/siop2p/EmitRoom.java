// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;

/**
 * The arguments of {@code EMIT_ROOM}. Every member of the room except the sender receives the
 * event. The sender need not be a member; a room without members is not an error.
 *
 * <p>Dialects v1 and v2. Clauses: SRV-CORE-F8, SRV-CORE-4, SRV-MSG-10, SRV-MSG-11, SRV-ROB-3,
 * SRV-ROB-4.
 *
 * @param room the room.
 * @param event the event that the members receive.
 * @param args the arguments of that event.
 */
public record EmitRoom(String room, String event, List<JsonNode> args) implements ArgumentList {
    /** The name under which it travels. */
    public static final String EVENT = "EMIT_ROOM";

    /** Checks that this can be sent. */
    public EmitRoom {
        Check.isThere("room", room);
        Check.isThere("event", event);
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
    public static EmitRoom of(JsonNode arguments) {
        var list = new ArgumentReader("EMIT_ROOM", arguments);
        var room = list.text("room");
        var event = list.text("event");
        var args = list.rest();
        list.end();
        return new EmitRoom(room, event, args);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter()
                .text(room)
                .text(event)
                .rest(args)
                .arguments();
    }
}
