// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;

/**
 * One array with the ids of all connected clients, each once.
 *
 * <p>Dialects v1 and v2. Clauses: SRV-CORE-10, SRV-CORE-1, SRV-CORE-2, SRV-CORE-11.
 *
 * @param clients the ids.
 */
public record ListClientsAck(List<String> clients) implements ArgumentList {
    /** Checks that this can be sent. */
    public ListClientsAck {
        clients = Check.names("clients", clients);
    }

    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static ListClientsAck of(JsonNode arguments) {
        var list = new ArgumentReader("ListClientsAck", arguments);
        var clients = list.names("clients");
        list.end();
        return new ListClientsAck(clients);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().names(clients).arguments();
    }
}
