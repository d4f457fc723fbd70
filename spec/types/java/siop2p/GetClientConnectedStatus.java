// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The arguments of {@code GET_CLIENT_CONNECTED_STATUS}. Asks whether a client is connected.
 *
 * <p>Dialect v2. Clause: SRV-CORE-12.
 *
 * @param client the id of the client in question.
 */
public record GetClientConnectedStatus(String client) implements ArgumentList {
    /** The name under which it travels. */
    public static final String EVENT = "GET_CLIENT_CONNECTED_STATUS";

    /** Checks that this can be sent. */
    public GetClientConnectedStatus {
        Check.isThere("client", client);
    }

    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static GetClientConnectedStatus of(JsonNode arguments) {
        var list = new ArgumentReader("GET_CLIENT_CONNECTED_STATUS", arguments);
        var client = list.text("client");
        list.end();
        return new GetClientConnectedStatus(client);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().text(client).arguments();
    }
}
