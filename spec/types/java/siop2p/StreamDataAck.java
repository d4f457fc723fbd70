// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The answer to a chunk of stream data: empty once the next chunk may come.
 *
 * <ul>
 *   <li>The chunk was taken; the next one may be sent.
 *   <li>The chunk could not be written; the writer destroys its end.
 * </ul>
 *
 * <p>Dialects v1 and v2. Clauses: SRV-STR-F1, CLI-STR-3, CLI-STR-10, CLI-STR-11, SRV-STR-15.
 *
 * @param reason why it was refused. Null if it is missing.
 */
public record StreamDataAck(JsonNode reason) implements ArgumentList {
    /** Checks that this can be sent. */
    public StreamDataAck {
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
    public static StreamDataAck of(JsonNode arguments) {
        var list = new ArgumentReader("StreamDataAck", arguments);
        var reason = list.isAtEnd() ? null : list.value("reason");
        list.end();
        return new StreamDataAck(reason);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().maybe(reason, writer -> writer.value(reason)).arguments();
    }
}
