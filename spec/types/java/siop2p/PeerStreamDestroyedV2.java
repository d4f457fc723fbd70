// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The arguments of {@code PEER_STREAM_DESTROYED}. The peer's end of a stream was destroyed; the
 * receiver destroys its own end and answers with the same event for it.
 *
 * <p>Dialect v2. Clauses: CLI-STR-4, CLI-STR-12, SRV-STR-2.
 *
 * @param stream the id of the end that was destroyed.
 */
public record PeerStreamDestroyedV2(String stream) implements ArgumentList {
    /** The name under which it travels. */
    public static final String EVENT = "PEER_STREAM_DESTROYED";

    /** Checks that this can be sent. */
    public PeerStreamDestroyedV2 {
        Check.isThere("stream", stream);
    }

    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static PeerStreamDestroyedV2 of(JsonNode arguments) {
        var list = new ArgumentReader("PEER_STREAM_DESTROYED", arguments);
        var stream = list.text("stream");
        list.end();
        return new PeerStreamDestroyedV2(stream);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().text(stream).arguments();
    }
}
