package siop2p;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.function.UnaryOperator;

/** Writes an argument list from its front. */
final class ArgumentWriter {
    private final ArrayNode arguments = JsonNodeFactory.instance.arrayNode();

    ArrayNode arguments() {
        return arguments;
    }

    ArgumentWriter value(JsonNode value) {
        arguments.add(value);
        return this;
    }

    ArgumentWriter text(String text) {
        arguments.add(text);
        return this;
    }

    ArgumentWriter flag(boolean flag) {
        arguments.add(flag);
        return this;
    }

    ArgumentWriter trueOrNull(boolean flag) {
        return flag ? flag(true) : nothing();
    }

    ArgumentWriter list(List<JsonNode> list) {
        arguments.addArray().addAll(list);
        return this;
    }

    ArgumentWriter names(List<String> names) {
        names.forEach(arguments.addArray()::add);
        return this;
    }

    ArgumentWriter rooms(Rooms rooms) {
        return value(rooms.json());
    }

    ArgumentWriter object(MessageObject message) {
        return value(message.json());
    }

    ArgumentWriter object(StreamInfo stream) {
        return value(stream.json());
    }

    ArgumentWriter rest(List<JsonNode> rest) {
        arguments.addAll(rest);
        return this;
    }

    ArgumentWriter nothing() {
        arguments.addNull();
        return this;
    }

    ArgumentWriter nothingUnless(boolean isLeftOut) {
        return isLeftOut ? this : nothing();
    }

    ArgumentWriter maybe(Object value, UnaryOperator<ArgumentWriter> write) {
        return value == null ? this : write.apply(this);
    }
}
