// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The arguments of {@code P2P_EMIT_ACKNOWLEDGE}. The target receives the event with an ack id;
 * its answer is handed back verbatim, the first one only.
 *
 * <p>Dialect v1. Clauses: SRV-CORE-F6, SRV-CORE-4, SRV-CORE-F2, SRV-CORE-F3, SRV-MSG-10,
 * SRV-MSG-11, SRV-MSG-12, SRV-MSG-13, SRV-MSG-14, SRV-MSG-15, SRV-MSG-18, SRV-ROB-3.
 *
 * @param msg the message.
 */
public record P2pEmitAcknowledge(MessageObject msg) implements ArgumentList {
    /** The name under which it travels. */
    public static final String EVENT = "P2P_EMIT_ACKNOWLEDGE";

    /** Checks that this can be sent. */
    public P2pEmitAcknowledge {
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
    public static P2pEmitAcknowledge of(JsonNode arguments) {
        var list = new ArgumentReader("P2P_EMIT_ACKNOWLEDGE", arguments);
        var msg = list.message("msg");
        list.end();
        return new P2pEmitAcknowledge(msg);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().object(msg).arguments();
    }
}
