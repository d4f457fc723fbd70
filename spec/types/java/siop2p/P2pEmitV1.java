// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The arguments of {@code P2P_EMIT}. The target receives the event with these arguments and
 * without an ack id. A client may address itself.
 *
 * <p>Dialect v1. Clauses: SRV-CORE-F5, SRV-CORE-4, SRV-CORE-F2, SRV-CORE-F3, SRV-MSG-10,
 * SRV-MSG-11, SRV-MSG-12, SRV-MSG-23, SRV-ROB-3.
 *
 * @param msg the message.
 */
public record P2pEmitV1(MessageObject msg) implements ArgumentList {
    /** The name under which it travels. */
    public static final String EVENT = "P2P_EMIT";

    /** Checks that this can be sent. */
    public P2pEmitV1 {
        Check.isThere("msg", msg);
    }

    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static P2pEmitV1 of(JsonNode arguments) {
        var list = new ArgumentReader("P2P_EMIT", arguments);
        var msg = list.message("msg");
        list.end();
        return new P2pEmitV1(msg);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().object(msg).arguments();
    }
}
