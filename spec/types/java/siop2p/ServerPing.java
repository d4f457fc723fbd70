// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The arguments of {@code SERVER_PING}. Asks the new and the old connection of an overwritten
 * client id for a sign of life; the answers are only logged.
 *
 * <p>Dialect v2. Clauses: SRV-CORE-14, CLI-CORE-2.
 */
public record ServerPing() implements ArgumentList {
    /** The name under which it travels. */
    public static final String EVENT = "SERVER_PING";

    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static ServerPing of(JsonNode arguments) {
        var list = new ArgumentReader("SERVER_PING", arguments);
        list.end();
        return new ServerPing();
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().arguments();
    }
}
