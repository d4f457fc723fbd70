// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The arguments of {@code LIST_CLIENTS}. Asks for the ids of all connected clients, each once.
 *
 * <p>Dialects v1 and v2. Clauses: SRV-CORE-10, SRV-CORE-1, SRV-CORE-2, SRV-CORE-11.
 */
public record ListClients() implements ArgumentList {
    /** The name under which it travels. */
    public static final String EVENT = "LIST_CLIENTS";

    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static ListClients of(JsonNode arguments) {
        var list = new ArgumentReader("LIST_CLIENTS", arguments);
        list.end();
        return new ListClients();
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().arguments();
    }
}
