// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The arguments of {@code SERVER_ERROR}. Tells a client, and nobody else, that something it
 * asked for could not be done.
 *
 * <p>Dialects v1 and v2. Clauses: SRV-CORE-F3, SRV-ROB-1.
 *
 * @param text a sentence for humans; the failure register knows its meanings.
 */
public record ServerError(String text) implements ArgumentList {
    /** The name under which it travels. */
    public static final String EVENT = "SERVER_ERROR";

    /** Checks that this can be sent. */
    public ServerError {
        Check.isThere("text", text);
    }

    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static ServerError of(JsonNode arguments) {
        var list = new ArgumentReader("SERVER_ERROR", arguments);
        var text = list.text("text");
        list.end();
        return new ServerError(text);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().text(text).arguments();
    }
}
