// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The answer to a request to be a target: empty, or the reason of a refusal.
 *
 * <ul>
 *   <li>The target took note.
 *   <li>The target refused, or is not connected.
 * </ul>
 *
 * <p>Dialects v1 and v2. Clauses: SRV-MSG-1, SRV-MSG-2, SRV-MSG-3, SRV-MSG-F1, SRV-MSG-19,
 * SRV-MSG-21, SRV-MSG-24, SRV-MSG-25, CLI-MSG-F1, CLI-MSG-10.
 *
 * @param reason why it was refused. Null if it is missing.
 */
public record AddTargetAck(JsonNode reason) implements ArgumentList {
    /** Checks that this can be sent. */
    public AddTargetAck {
        if (reason != null) Check.reason("reason", reason);
    }

    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static AddTargetAck of(JsonNode arguments) {
        var list = new ArgumentReader("AddTargetAck", arguments);
        var reason = list.isAtEnd() ? null : list.value("reason");
        list.end();
        return new AddTargetAck(reason);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().maybe(reason, writer -> writer.value(reason)).arguments();
    }
}
