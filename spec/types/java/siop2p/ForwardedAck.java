// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;

/**
 * Whatever the addressed peer answered: any number of arguments, verbatim.
 *
 * <p>Dialects v1 and v2. Clauses: SRV-CORE-F6, SRV-CORE-4, SRV-CORE-F2, SRV-CORE-F3,
 * SRV-MSG-10, SRV-MSG-11, SRV-MSG-12, SRV-MSG-13, SRV-MSG-14, SRV-MSG-15, SRV-MSG-18,
 * SRV-ROB-3, SRV-CORE-F5, SRV-MSG-23, SRV-SVC-12, SRV-SVC-1, SRV-SVC-2, SRV-SVC-16, CLI-MSG-2,
 * SRV-MSG-26, SRV-MSG-27.
 *
 * @param args what the peer answered.
 */
public record ForwardedAck(List<JsonNode> args) implements ArgumentList {
    /** Checks that this can be sent. */
    public ForwardedAck {
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
    public static ForwardedAck of(JsonNode arguments) {
        var list = new ArgumentReader("ForwardedAck", arguments);
        var args = list.rest();
        list.end();
        return new ForwardedAck(args);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().rest(args).arguments();
    }
}
