// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * An ack that only says "done": no arguments.
 *
 * <p>Dialect v1. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21, SRV-SVC-3.
 */
public record EmptyAck() implements ArgumentList {
    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static EmptyAck of(JsonNode arguments) {
        var list = new ArgumentReader("EmptyAck", arguments);
        list.end();
        return new EmptyAck();
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().arguments();
    }
}
