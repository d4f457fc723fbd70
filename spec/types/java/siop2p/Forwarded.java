// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;

/**
 * The arguments of {@code <event>}. An application event: a message, a room message, the call
 * of a service, or the server application's own.
 *
 * <p>Dialects v1 and v2. Clauses: SRV-MSG-10, SRV-MSG-11, SRV-MSG-12, SRV-MSG-15, CLI-MSG-2,
 * SRV-MSG-26, SRV-MSG-27.
 *
 * @param args the arguments; in dialect v1 the first is by convention the source's id.
 */
public record Forwarded(List<JsonNode> args) implements ArgumentList {
    /** Checks that this can be sent. */
    public Forwarded {
        args = List.copyOf(args);
    }

    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Forwarded of(JsonNode arguments) {
        var list = new ArgumentReader("<event>", arguments);
        var args = list.rest();
        list.end();
        return new Forwarded(args);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().rest(args).arguments();
    }
}
