// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The arguments of {@code CREATE_STREAM}. A peer, or the server under a source id that ends in
 * {@code --server-side}, asks to open a stream.
 *
 * <p>Dialect v2. Clauses: SRV-STR-4, SRV-STR-10, SRV-STR-11, SRV-STR-15, CLI-STR-F2.
 *
 * @param info the stream, seen from its opener.
 */
public record StreamOffered(StreamInfo info) implements ArgumentList {
    /** The name under which it travels. */
    public static final String EVENT = "CREATE_STREAM";

    /** Checks that this can be sent. */
    public StreamOffered {
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
    public static StreamOffered of(JsonNode arguments) {
        var list = new ArgumentReader("CREATE_STREAM", arguments);
        var info = list.stream("info");
        list.end();
        return new StreamOffered(info);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().object(info).arguments();
    }
}
