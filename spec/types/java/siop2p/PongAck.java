// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * A greeting that names the client.
 *
 * <p>Dialect v2. Clauses: SRV-CORE-14, CLI-CORE-2.
 *
 * @param greeting it names the client.
 */
public record PongAck(String greeting) implements ArgumentList {
    /** Checks that this can be sent. */
    public PongAck {
        Check.prefixed("greeting", "pong from client ", greeting);
    }

    /**
     * Reads the arguments from an array.
     *
     * @param arguments the array
     * @return the arguments
     * @throws IllegalArgumentException if they are not these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static PongAck of(JsonNode arguments) {
        var list = new ArgumentReader("PongAck", arguments);
        var greeting = list.text("greeting");
        list.end();
        return new PongAck(greeting);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().text(greeting).arguments();
    }
}
