package siop2p;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** What constructors look at. */
final class Check {
    private Check() {}

    static <T> T isThere(String name, T value) {
        if (value == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return value;
    }

    static String name(String name, String value) {
        if (isThere(name, value).isEmpty()) {
            throw new IllegalArgumentException(name + " must not be empty");
        }
        return value;
    }

    static List<String> names(String name, List<String> values) {
        values.forEach(value -> name(name, value));
        return List.copyOf(values);
    }

    static void prefixed(String name, String prefix, String value) {
        if (!isThere(name, value).startsWith(prefix) || value.length() == prefix.length()) {
            throw new IllegalArgumentException(name + " is \"" + prefix + "\" and a client id");
        }
    }

    /** A reason is what JavaScript calls true. */
    static void reason(String name, JsonNode value) {
        var isFalse = switch (value.getNodeType()) {
            case NULL, MISSING -> true;
            case BOOLEAN -> !value.booleanValue();
            case NUMBER -> value.doubleValue() == 0;
            case STRING -> value.textValue().isEmpty();
            default -> false;
        };
        if (isFalse) {
            throw new IllegalArgumentException(name + " must count as true");
        }
    }

    static boolean isText(JsonNode value, String text) {
        return value.isTextual() && value.textValue().equals(text);
    }

    static void anyBut(String name, JsonNode value, String... texts) {
        for (var text : texts) {
            if (isText(isThere(name, value), text)) {
                throw new IllegalArgumentException(name + " " + text + " selects another form");
            }
        }
    }

    static void goesWith(JsonNode action, String text, String name, String value) {
        if (isText(action, text) != (value != null)) {
            throw new IllegalArgumentException(name + " goes with the action " + text + ", and with no other");
        }
        if (value != null) {
            name(name, value);
        }
    }
}
