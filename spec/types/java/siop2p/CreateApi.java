// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The arguments of {@code CREATE_API}. The sender provides the API from now on; its calls
 * arrive as events of that name.
 *
 * <p>Dialect v2. Clauses: SRV-SVC-11, SRV-SVC-1, SRV-SVC-3, SRV-ROB-3, SRV-ROB-4.
 *
 * @param name the API.
 */
public record CreateApi(String name) implements ArgumentList {
    /** The name under which it travels. */
    public static final String EVENT = "CREATE_API";

    /** Checks that this can be sent. */
    public CreateApi {
        Check.name("name", name);
    }

    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static CreateApi of(JsonNode arguments) {
        var list = new ArgumentReader("CREATE_API", arguments);
        var name = list.name("name");
        list.end();
        return new CreateApi(name);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().text(name).arguments();
    }
}
