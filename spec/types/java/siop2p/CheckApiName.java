// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The arguments of {@code CHECK_API_NAME}. Asks whether an API exists, before providing or
 * using it.
 *
 * <p>Dialect v2. Clauses: SRV-SVC-10, SRV-SVC-3, SRV-ROB-4.
 *
 * @param name the API in question.
 */
public record CheckApiName(String name) implements ArgumentList {
    /** The name under which it travels. */
    public static final String EVENT = "CHECK_API_NAME";

    /** Checks that this can be sent. */
    public CheckApiName {
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
    public static CheckApiName of(JsonNode arguments) {
        var list = new ArgumentReader("CHECK_API_NAME", arguments);
        var name = list.name("name");
        list.end();
        return new CheckApiName(name);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().text(name).arguments();
    }
}
