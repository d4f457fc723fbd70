// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The arguments of {@code DESTROY_API}. The sender provides one API no longer, or without a
 * name none at all. APIs of others are untouched.
 *
 * <ul>
 *   <li>One API, or by the empty text every API of the sender.
 *   <li>Every API of the sender.
 * </ul>
 *
 * <p>Dialect v2. Clauses: SRV-SVC-13, SRV-SVC-3, SRV-SVC-16.
 *
 * @param name the API; the empty text for all of the sender's. Null if it is missing.
 */
public record DestroyApi(String name) implements ArgumentList {
    /** The name under which it travels. */
    public static final String EVENT = "DESTROY_API";

    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static DestroyApi of(JsonNode arguments) {
        var list = new ArgumentReader("DESTROY_API", arguments);
        var name = list.isAtEnd() ? null : list.text("name");
        list.end();
        return new DestroyApi(name);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().maybe(name, writer -> writer.text(name)).arguments();
    }
}
