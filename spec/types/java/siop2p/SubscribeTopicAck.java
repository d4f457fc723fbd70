// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/**
 * The answer to a subscription: empty, or the reason of a refusal.
 *
 * <ul>
 *   <li>The subscription was taken.
 *   <li>It was not: the topic name is empty, or the subscriber is not connected.
 * </ul>
 *
 * <p>Dialect v1. Clauses: SRV-SVC-F5, SRV-SVC-4, CLI-SVC-F1, CLI-SVC-F2.
 *
 * @param reason why it was refused. Null if it is missing.
 */
public record SubscribeTopicAck(JsonNode reason) implements ArgumentList {
    /** Checks that this can be sent. */
    public SubscribeTopicAck {
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
    public static SubscribeTopicAck of(JsonNode arguments) {
        var list = new ArgumentReader("SubscribeTopicAck", arguments);
        var reason = list.isAtEnd() ? null : list.value("reason");
        list.end();
        return new SubscribeTopicAck(reason);
    }

    @JsonValue
    @Override
    public ArrayNode arguments() {
        return new ArgumentWriter().maybe(reason, writer -> writer.value(reason)).arguments();
    }
}
