// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A stream as its opener sees it. Other members pass through unchanged.
 *
 * @param sourceStreamId the stream id of the opener's end.
 * @param targetStreamId the stream id of the acceptor's end.
 * @param targetClientId the client that shall accept the stream.
 * @param sourceClientId the client that opens the stream; set by the server, whatever the
 * opener wrote. Null leaves it out.
 * @param channel the channel by which the acceptor sorts requests, dialect v2 only. Null leaves
 * it out.
 * @param argArray arguments of the opener for the acceptor, dialect v2 only. Null leaves it
 * out.
 * @param more other members, which are passed on
 */
public record StreamInfo(
        String sourceStreamId,
        String targetStreamId,
        String targetClientId,
        String sourceClientId,
        String channel,
        List<JsonNode> argArray,
        Map<String, JsonNode> more) {
    /** Checks that this can be sent. */
    public StreamInfo {
        Check.isThere("sourceStreamId", sourceStreamId);
        Check.isThere("targetStreamId", targetStreamId);
        Check.name("targetClientId", targetClientId);
        if (sourceClientId != null) Check.name("sourceClientId", sourceClientId);
        if (channel != null) Check.name("channel", channel);
        if (argArray != null) argArray = List.copyOf(argArray);
        more = Collections.unmodifiableMap(new LinkedHashMap<>(more));
    }

    /**
     * Reads the object.
     *
     * @param value the object
     * @return what it says
     * @throws IllegalArgumentException if it is none of these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static StreamInfo of(JsonNode value) {
        var reader = new MemberReader("StreamInfo", value);
        var sourceStreamId = reader.text("sourceStreamId");
        var targetStreamId = reader.text("targetStreamId");
        var targetClientId = reader.name("targetClientId");
        var sourceClientId = reader.lacksOrNull("sourceClientId") ? null : reader.name("sourceClientId");
        var channel = reader.lacks("channel") ? null : reader.name("channel");
        var argArray = reader.lacks("argArray") ? null : reader.list("argArray");
        return new StreamInfo(
                sourceStreamId,
                targetStreamId,
                targetClientId,
                sourceClientId,
                channel,
                argArray,
                reader.others());
    }

    /**
     * The object as it travels.
     *
     * @return the object
     */
    @JsonValue
    public ObjectNode json() {
        var json = JsonNodeFactory.instance.objectNode();
        json.put("sourceStreamId", sourceStreamId);
        json.put("targetStreamId", targetStreamId);
        json.put("targetClientId", targetClientId);
        if (sourceClientId != null) json.put("sourceClientId", sourceClientId);
        if (channel != null) json.put("channel", channel);
        if (argArray != null) json.putArray("argArray").addAll(argArray);
        more.forEach(json::set);
        return json;
    }
}
