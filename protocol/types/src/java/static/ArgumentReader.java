package siop2p;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Reads an argument list from its front. */
final class ArgumentReader {
    private final String list;
    private final JsonNode arguments;
    private int position;

    ArgumentReader(String list, JsonNode arguments) {
        this.list = list;
        this.arguments = arguments;
        if (!arguments.isArray()) {
            throw new IllegalArgumentException(list + ": expected an array");
        }
    }

    boolean isAtEnd() {
        return position == arguments.size();
    }

    void end() {
        if (!isAtEnd()) {
            throw new IllegalArgumentException(
                    list + ": expected " + position + " arguments, found " + arguments.size());
        }
    }

    private JsonNode next(String name, String expected, Predicate<JsonNode> is) {
        var value = isAtEnd() ? MissingNode.getInstance() : arguments.get(position);
        if (value.isMissingNode() || !is.test(value)) {
            throw new IllegalArgumentException(
                    "argument " + position + " of " + list + " (" + name + "): expected " + expected);
        }
        position += 1;
        return value;
    }

    JsonNode value(String name) {
        return next(name, "a value", value -> true);
    }

    String text(String name) {
        return next(name, "a text", JsonNode::isTextual).textValue();
    }

    String name(String name) {
        return Check.name(name, text(name));
    }

    String nameOrNull(String name) {
        return next(name, "a text or null", value -> value.isTextual() || value.isNull()).textValue();
    }

    boolean flag(String name) {
        return next(name, "true or false", JsonNode::isBoolean).booleanValue();
    }

    boolean trueOrNull(String name) {
        return next(name, "true or null", value -> value.isNull() || value.booleanValue()).booleanValue();
    }

    List<JsonNode> list(String name) {
        return elements(next(name, "an array", JsonNode::isArray));
    }

    List<String> names(String name) {
        var names = new ArrayList<String>();
        for (var element : next(name, "an array of names", JsonNode::isArray)) {
            names.add(Check.name(name, element.textValue()));
        }
        return names;
    }

    Rooms rooms(String name) {
        return Rooms.of(value(name));
    }

    MessageObject message(String name) {
        return MessageObject.of(value(name));
    }

    StreamInfo stream(String name) {
        return StreamInfo.of(value(name));
    }

    List<JsonNode> rest() {
        var rest = elements(arguments);
        var from = position;
        position = arguments.size();
        return rest.subList(from, position);
    }

    void nothing() {
        next("null", "null", JsonNode::isNull);
    }

    boolean wantsAck() {
        if (isAtEnd()) {
            return true;
        }
        nothing();
        return false;
    }

    static List<JsonNode> elements(JsonNode array) {
        var elements = new ArrayList<JsonNode>();
        array.forEach(elements::add);
        return elements;
    }
}
