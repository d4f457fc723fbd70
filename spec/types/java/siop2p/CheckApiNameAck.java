// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * Whether the API exists.
 *
 * <p>Dialect v2. Clauses: SRV-SVC-10, SRV-SVC-3, SRV-ROB-4.
 *
 * @param exists whether it does.
 */
public record CheckApiNameAck(boolean exists) implements ArgumentList {
    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static CheckApiNameAck of(JsonNode arguments) {
        var list = new ArgumentReader("CheckApiNameAck", arguments);
        var exists = list.flag("exists");
        list.end();
        return new CheckApiNameAck(exists);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().flag(exists).arguments();
    }
}
