// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The arguments of {@code MULTI_API_CREATE_STREAM}. Asks the target to open a stream. The
 * server states the source, links both connections, and hands the target's answer back.
 *
 * <p>Dialect v1. Clauses: SRV-STR-1, SRV-STR-3, SRV-STR-4, SRV-STR-10, SRV-STR-11, SRV-STR-13,
 * SRV-STR-16.
 *
 * @param info the stream, seen from its opener.
 */
public record MultiApiCreateStream(StreamInfo info) implements ArgumentList {
    /** The name under which it travels. */
    public static final String EVENT = "MULTI_API_CREATE_STREAM";

    /** Checks that this can be sent. */
    public MultiApiCreateStream {
        Check.isThere("info", info);
    }

    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static MultiApiCreateStream of(JsonNode arguments) {
        var list = new ArgumentReader("MULTI_API_CREATE_STREAM", arguments);
        var info = list.stream("info");
        list.end();
        return new MultiApiCreateStream(info);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().object(info).arguments();
    }
}
