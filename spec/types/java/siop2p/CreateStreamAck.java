// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The answer to a stream request: empty, or the reason of a refusal.
 *
 * <ul>
 *   <li>The stream is open.
 *   <li>The target refused, is not listening, or is not connected.
 * </ul>
 *
 * <p>Dialects v1 and v2. Clauses: SRV-STR-1, SRV-STR-3, SRV-STR-4, SRV-STR-10, SRV-STR-11,
 * SRV-STR-13, SRV-STR-16, SRV-STR-12, CLI-STR-F2, SRV-STR-15.
 *
 * @param reason why it was refused. Null if it is missing.
 */
public record CreateStreamAck(JsonNode reason) implements ArgumentList {
    /** Checks that this can be sent. */
    public CreateStreamAck {
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
    public static CreateStreamAck of(JsonNode arguments) {
        var list = new ArgumentReader("CreateStreamAck", arguments);
        var reason = list.isAtEnd() ? null : list.value("reason");
        list.end();
        return new CreateStreamAck(reason);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().maybe(reason, writer -> writer.value(reason)).arguments();
    }
}
