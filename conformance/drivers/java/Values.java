import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;

/** Values, and how binary data stands in them: in packets, and in the lines of a driver. */
final class Values {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Values() {}

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    /** A list of Java's values or Jackson's. */
    static ArrayNode of(Object... items) {
        ArrayNode list = JSON.createArrayNode();
        for (Object item : items) {
            if (item instanceof JsonNode node) list.add(node);
            else list.addPOJO(item);
        }
        return list;
    }

    /** What makes no sense is no value at all. */
    static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException error) {
            return MissingNode.getInstance();
        }
    }

    /** Another value for every value inside for which `change` has one. */
    private static JsonNode each(JsonNode value, UnaryOperator<JsonNode> change) {
        JsonNode other = change.apply(value);
        if (other != null) return other;
        if (value.isArray()) {
            ArrayNode list = JSON.createArrayNode();
            value.forEach(item -> list.add(each(item, change)));
            return list;
        }
        if (!value.isObject()) return value;
        ObjectNode object = object();
        value.fields().forEachRemaining(member -> object.set(member.getKey(), each(member.getValue(), change)));
        return object;
    }

    static JsonNode takeOut(JsonNode value, List<byte[]> found) {
        return each(value, inner -> {
            if (!(inner instanceof BinaryNode binary)) return null;
            found.add(binary.binaryValue());
            return object().put("_placeholder", true).put("num", found.size() - 1);
        });
    }

    static JsonNode putIn(JsonNode value, List<byte[]> found) {
        return each(value, inner -> {
            int number = inner.path("num").asInt(-1);
            boolean stands = inner.path("_placeholder").asBoolean() && number >= 0 && number < found.size();
            return stands ? BinaryNode.valueOf(found.get(number)) : null;
        });
    }

    /** In lines binary data is {"$bin": base64}, and what only looks so has one more $. */
    static JsonNode toLine(JsonNode value) {
        return each(value, inner -> {
            if (inner.isBinary()) return object().put("$bin", inner.asText()); // Jackson's text of it is base64
            String key = binlike(inner);
            return key == null ? null : object().set("$" + key, inner.get(key));
        });
    }

    static JsonNode fromLine(JsonNode value) {
        return each(value, inner -> {
            String key = binlike(inner);
            if (key == null) return null;
            if (key.equals("$bin")) return BinaryNode.valueOf(Base64.getDecoder().decode(inner.get(key).asText()));
            return object().set(key.substring(1), inner.get(key));
        });
    }

    /** The only member of an object, if it is a text named `$bin`, perhaps with more than one `$`. */
    private static String binlike(JsonNode value) {
        if (!value.isObject() || value.size() != 1) return null;
        String key = value.fieldNames().next();
        return key.matches("\\$+bin") && value.get(key) instanceof TextNode ? key : null;
    }
}
