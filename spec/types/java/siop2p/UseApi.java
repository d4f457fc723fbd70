// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;

/**
 * The arguments of {@code USE_API}. The provider receives an event named like the API, with an
 * ack id exactly if the caller gave one; its answer is handed back.
 *
 * <p>Dialect v2. Clauses: SRV-SVC-12, SRV-SVC-1, SRV-SVC-2, SRV-SVC-16, SRV-MSG-10, SRV-MSG-13.
 *
 * @param name the API.
 * @param args the arguments of the call.
 */
public record UseApi(String name, List<JsonNode> args) implements ArgumentList {
    /** The name under which it travels. */
    public static final String EVENT = "USE_API";

    /** Checks that this can be sent. */
    public UseApi {
        Check.name("name", name);
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
    public static UseApi of(JsonNode arguments) {
        var list = new ArgumentReader("USE_API", arguments);
        var name = list.name("name");
        var args = list.rest();
        list.end();
        return new UseApi(name, args);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().text(name).rest(args).arguments();
    }
}
