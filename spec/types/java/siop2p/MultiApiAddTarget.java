// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The arguments of {@code MULTI_API_ADD_TARGET}. Links the sender's connection with the
 * target's, so that each is told when the other leaves, and tells the target, whose answer is
 * handed back.
 *
 * <p>Dialect v1. Clauses: SRV-MSG-1, SRV-MSG-2, SRV-MSG-3, SRV-MSG-F1, SRV-MSG-19, SRV-MSG-21,
 * SRV-MSG-24, SRV-MSG-25.
 *
 * @param target the client to be added.
 */
public record MultiApiAddTarget(String target) implements ArgumentList {
    /** The name under which it travels. */
    public static final String EVENT = "MULTI_API_ADD_TARGET";

    /** Checks that this can be sent. */
    public MultiApiAddTarget {
        Check.name("target", target);
    }

    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static MultiApiAddTarget of(JsonNode arguments) {
        var list = new ArgumentReader("MULTI_API_ADD_TARGET", arguments);
        var target = list.name("target");
        list.end();
        return new MultiApiAddTarget(target);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().text(target).arguments();
    }
}
