// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The arguments of {@code P2P_EMIT_STREAM-from-stream-<stream>}. A chunk of stream data from
 * the peer whose end has this id; null ends the direction. One chunk is in flight per
 * direction.
 *
 * <p>Dialect v2. Clauses: SRV-STR-F1, CLI-STR-3, CLI-STR-10, CLI-STR-11, SRV-STR-15.
 *
 * @param chunk binary, text, in object mode any value; null ends the direction.
 */
public record StreamDataV2(JsonNode chunk) implements ArgumentList {
    /**
     * The name under which it travels.
     *
     * @param stream the stream
     * @return the name
     */
    public static String event(String stream) {
        return "P2P_EMIT_STREAM-from-stream-" + stream;
    }

    /** Checks that this can be sent. */
    public StreamDataV2 {
        Check.isThere("chunk", chunk);
    }

    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static StreamDataV2 of(JsonNode arguments) {
        var list = new ArgumentReader("P2P_EMIT_STREAM-from-stream-<stream>", arguments);
        var chunk = list.value("chunk");
        list.end();
        return new StreamDataV2(chunk);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().value(chunk).arguments();
    }
}
