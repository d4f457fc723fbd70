// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;

/**
 * The arguments of {@code P2P_EMIT}. The target receives the event with these arguments, with
 * an ack id exactly if the sender gave one. A client may address itself.
 *
 * <ul>
 *   <li>No answer is asked for.
 *   <li>An answer is asked for.
 * </ul>
 *
 * <p>Dialect v2. Clauses: SRV-CORE-F5, SRV-CORE-4, SRV-CORE-F2, SRV-CORE-F3, SRV-CORE-F6,
 * SRV-MSG-10, SRV-MSG-11, SRV-MSG-12, SRV-MSG-13, SRV-MSG-14, SRV-MSG-15, SRV-MSG-18,
 * SRV-MSG-23, SRV-ROB-3.
 *
 * @param target the client that shall receive the event.
 * @param event the event that it receives.
 * @param args the arguments of that event, passed on unchanged.
 * @param wantsAck whether an answer is asked for; without one a null ends the list
 */
public record P2pEmitV2(String target, String event, List<JsonNode> args, boolean wantsAck) implements ArgumentList {
    /** The name under which it travels. */
    public static final String EVENT = "P2P_EMIT";

    /** Checks that this can be sent. */
    public P2pEmitV2 {
        Check.name("target", target);
        Check.isThere("event", event);
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
    public static P2pEmitV2 of(JsonNode arguments) {
        var list = new ArgumentReader("P2P_EMIT", arguments);
        var target = list.name("target");
        var event = list.text("event");
        var args = list.list("args");
        var wantsAck = list.wantsAck();
        list.end();
        return new P2pEmitV2(target, event, args, wantsAck);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter()
                .text(target)
                .text(event)
                .list(args)
                .nothingUnless(wantsAck)
                .arguments();
    }
}
