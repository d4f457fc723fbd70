// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * Empty when the room was joined; one argument if it was not.
 *
 * <ul>
 *   <li>The room was joined.
 *   <li>It was not; the original's only reason is an empty object.
 * </ul>
 *
 * <p>Dialect v1. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21, SRV-SVC-5.
 *
 * @param reason why it was not. Null if it is missing.
 */
public record JoinRoomV1Ack(JsonNode reason) implements ArgumentList {
    /** Checks that this can be sent. */
    public JoinRoomV1Ack {
        if (reason != null) Check.reason("reason", reason);
    }

    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static JoinRoomV1Ack of(JsonNode arguments) {
        var list = new ArgumentReader("JoinRoomV1Ack", arguments);
        var reason = list.isAtEnd() ? null : list.value("reason");
        list.end();
        return new JoinRoomV1Ack(reason);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().maybe(reason, writer -> writer.value(reason)).arguments();
    }
}
