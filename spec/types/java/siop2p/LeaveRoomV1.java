// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The arguments of {@code LEAVE_ROOM}. The sender, by one form a client that it names, or by
 * another every member leaves a room. Leaving a room one is not in is harmless.
 *
 * <ul>
 *   <li>The sender leaves.
 *   <li>The named client leaves and is not told; this form is never acked by the original.
 *   <li>Every member gets the end notice of the topic and leaves.
 * </ul>
 *
 * <p>Dialect v1. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21, SRV-SVC-3.
 *
 * @param action any value; it has no effect.
 * @param client the client that leaves. Only with the action {@code CLIENT_UNSUBSCRIBE_TOPIC},
 * otherwise null.
 * @param room the room or rooms to leave.
 */
public record LeaveRoomV1(JsonNode action, String client, Rooms room) implements ArgumentList {
    /** The name under which it travels. */
    public static final String EVENT = "LEAVE_ROOM";

    /** Checks that this can be sent. */
    public LeaveRoomV1 {
        Check.anyBut("action", action, "CLIENT_SUBSCRIBE_TOPIC");
        Check.goesWith(action, "CLIENT_UNSUBSCRIBE_TOPIC", "client", client);
        Check.isThere("room", room);
    }

    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static LeaveRoomV1 of(JsonNode arguments) {
        var list = new ArgumentReader("LEAVE_ROOM", arguments);
        var action = list.value("action");
        var client = Check.isText(action, "CLIENT_UNSUBSCRIBE_TOPIC") ? list.name("client") : null;
        var room = list.rooms("room");
        list.end();
        return new LeaveRoomV1(action, client, room);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter()
                .value(action)
                .maybe(client, writer -> writer.text(client))
                .rooms(room)
                .arguments();
    }
}
