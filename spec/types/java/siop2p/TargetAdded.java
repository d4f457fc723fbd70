// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The arguments of {@code ADD_TARGET}. Another client added this one as its target.
 *
 * <p>Dialect v2. Clauses: SRV-MSG-F1, CLI-MSG-F1, CLI-MSG-10.
 *
 * @param source the client that did.
 */
public record TargetAdded(String source) implements ArgumentList {
    /** The name under which it travels. */
    public static final String EVENT = "ADD_TARGET";

    /** Checks that this can be sent. */
    public TargetAdded {
        Check.name("source", source);
    }

    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static TargetAdded of(JsonNode arguments) {
        var list = new ArgumentReader("ADD_TARGET", arguments);
        var source = list.name("source");
        list.end();
        return new TargetAdded(source);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().text(source).arguments();
    }
}
