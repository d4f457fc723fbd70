// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The arguments of {@code MULTI_API_TARGET_DISCONNECT}. A client at the other end of a link
 * left, cleanly or not.
 *
 * <p>Dialect v1. Clauses: SRV-MSG-2, SRV-MSG-F1, SRV-MSG-20, SRV-MSG-22, CLI-MSG-1.
 *
 * @param client the client that left.
 */
public record TargetDisconnectedV1(String client) implements ArgumentList {
    /** The name under which it travels. */
    public static final String EVENT = "MULTI_API_TARGET_DISCONNECT";

    /** Checks that this can be sent. */
    public TargetDisconnectedV1 {
        if (client != null) Check.name("client", client);
    }

    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static TargetDisconnectedV1 of(JsonNode arguments) {
        var list = new ArgumentReader("MULTI_API_TARGET_DISCONNECT", arguments);
        var client = list.nameOrNull("client");
        list.end();
        return new TargetDisconnectedV1(client);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().text(client).arguments();
    }
}
