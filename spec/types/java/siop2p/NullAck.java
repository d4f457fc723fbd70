// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * An ack that says "done" with one null.
 *
 * <p>Dialect v2. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21.
 */
public record NullAck() implements ArgumentList {
    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static NullAck of(JsonNode arguments) {
        var list = new ArgumentReader("NullAck", arguments);
        list.nothing();
        list.end();
        return new NullAck();
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().nothing().arguments();
    }
}
