// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The arguments of {@code LEAVE_ROOM}. The sender leaves a room. Leaving a room one is not in
 * is harmless.
 *
 * <ul>
 *   <li>No ack is asked for.
 *   <li>An ack is asked for.
 * </ul>
 *
 * <p>Dialect v2. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21.
 *
 * @param room the room or rooms.
 * @param wantsAck whether an answer is asked for; without one a null ends the list
 */
public record LeaveRoomV2(Rooms room, boolean wantsAck) implements ArgumentList {
    /** The name under which it travels. */
    public static final String EVENT = "LEAVE_ROOM";

    /** Checks that this can be sent. */
    public LeaveRoomV2 {
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
    public static LeaveRoomV2 of(JsonNode arguments) {
        var list = new ArgumentReader("LEAVE_ROOM", arguments);
        var room = list.rooms("room");
        var wantsAck = list.wantsAck();
        list.end();
        return new LeaveRoomV2(room, wantsAck);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().rooms(room).nothingUnless(wantsAck).arguments();
    }
}
