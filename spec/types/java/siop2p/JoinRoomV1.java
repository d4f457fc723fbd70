// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The arguments of {@code JOIN_ROOM}. The sender, or by one form a client that it names, joins
 * a room. Joining twice is harmless.
 *
 * <ul>
 *   <li>The sender joins.
 *   <li>The named client joins and is not told.
 * </ul>
 *
 * <p>Dialect v1. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21, SRV-SVC-5.
 *
 * @param action any value; it has no effect.
 * @param client the client that joins. Only with the action {@code CLIENT_SUBSCRIBE_TOPIC},
 * otherwise null.
 * @param room the room or rooms to join.
 */
public record JoinRoomV1(JsonNode action, String client, Rooms room) implements ArgumentList {
    /** The name under which it travels. */
    public static final String EVENT = "JOIN_ROOM";

    /** Checks that this can be sent. */
    public JoinRoomV1 {
        Check.anyBut("action", action, "CLIENT_UNSUBSCRIBE_TOPIC", "SERVICE_DESTROY_TOPIC");
        Check.goesWith(action, "CLIENT_SUBSCRIBE_TOPIC", "client", client);
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
    public static JoinRoomV1 of(JsonNode arguments) {
        var list = new ArgumentReader("JOIN_ROOM", arguments);
        var action = list.value("action");
        var client = Check.isText(action, "CLIENT_SUBSCRIBE_TOPIC") ? list.name("client") : null;
        var room = list.rooms("room");
        list.end();
        return new JoinRoomV1(action, client, room);
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
