// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The arguments of {@code CREATE_STREAM-CHANNEL-<channel>}. A peer or the server asks to open a
 * stream on a channel.
 *
 * <p>Dialect v2. Clauses: SRV-STR-12, SRV-STR-4, SRV-STR-10, SRV-STR-11, CLI-STR-F2.
 *
 * @param info the stream, seen from its opener.
 */
public record StreamOfferedOnChannel(StreamInfo info) implements ArgumentList {
    /**
     * The name under which it travels.
     *
     * @param channel the channel
     * @return the name
     */
    public static String event(String channel) {
        return "CREATE_STREAM-CHANNEL-" + channel;
    }

    /** Checks that this can be sent. */
    public StreamOfferedOnChannel {
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
    public static StreamOfferedOnChannel of(JsonNode arguments) {
        var list = new ArgumentReader("CREATE_STREAM-CHANNEL-<channel>", arguments);
        var info = list.stream("info");
        list.end();
        return new StreamOfferedOnChannel(info);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().object(info).arguments();
    }
}
