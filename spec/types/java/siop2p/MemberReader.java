package siop2p;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the members of an object. */
final class MemberReader {
    private final String object;
    private final Map<String, JsonNode> left = new LinkedHashMap<>();

    MemberReader(String object, JsonNode value) {
        this.object = object;
        if (!value.isObject()) {
            throw new IllegalArgumentException(object + ": expected an object");
        }
        value.fields().forEachRemaining(member -> left.put(member.getKey(), member.getValue()));
    }

    boolean lacks(String name) {
        return !left.containsKey(name);
    }

    /** A null stays among the other members, so that it is passed on. */
    boolean lacksOrNull(String name) {
        return lacks(name) || left.get(name).isNull();
    }

    String text(String name) {
        var value = left.remove(name);
        if (value == null || !value.isTextual()) {
            throw new IllegalArgumentException(name + " of " + object + ": expected a text");
        }
        return value.textValue();
    }

    String name(String name) {
        return Check.name(name, text(name));
    }

    List<JsonNode> list(String name) {
        var value = left.remove(name);
        if (value == null || !value.isArray()) {
            throw new IllegalArgumentException(name + " of " + object + ": expected an array");
        }
        return ArgumentReader.elements(value);
    }

    Map<String, JsonNode> others() {
        return left;
    }

    void end() {
        if (!left.isEmpty()) {
            throw new IllegalArgumentException(object + " has no members " + left.keySet());
        }
    }
}
