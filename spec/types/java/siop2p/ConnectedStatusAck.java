// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * True for a connected client, null for one that is not.
 *
 * <p>Dialect v2. Clause: SRV-CORE-12.
 *
 * @param connected whether it is.
 */
public record ConnectedStatusAck(boolean connected) implements ArgumentList {
    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static ConnectedStatusAck of(JsonNode arguments) {
        var list = new ArgumentReader("ConnectedStatusAck", arguments);
        var connected = list.trueOrNull("connected");
        list.end();
        return new ConnectedStatusAck(connected);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().trueOrNull(connected).arguments();
    }
}
