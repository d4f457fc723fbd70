// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The arguments of {@code MULTI_API_ADD_TARGET}. Another client added this one as its target.
 *
 * <p>Dialect v1. Clauses: SRV-MSG-F1, CLI-MSG-F1, CLI-MSG-10.
 *
 * @param source the client that did.
 */
public record TargetAddedV1(String source) implements ArgumentList {
    /** The name under which it travels. */
    public static final String EVENT = "MULTI_API_ADD_TARGET";

    /** Checks that this can be sent. */
    public TargetAddedV1 {
        if (source != null) Check.name("source", source);
    }

    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static TargetAddedV1 of(JsonNode arguments) {
        var list = new ArgumentReader("MULTI_API_ADD_TARGET", arguments);
        var source = list.nameOrNull("source");
        list.end();
        return new TargetAddedV1(source);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().text(source).arguments();
    }
}
