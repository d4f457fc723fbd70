package siop2p;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * One room, or a list of rooms.
 *
 * @param names the rooms
 * @param isList whether they travel as a list although there is one of them
 */
public record Rooms(List<String> names, boolean isList) {
    /** Checks that this can be sent. */
    public Rooms {
        names = List.copyOf(names);
        isList = isList || names.size() != 1;
    }

    /**
     * One room.
     *
     * @param name the room
     * @return the room
     */
    public static Rooms one(String name) {
        return new Rooms(List.of(name), false);
    }

    /**
     * A list of rooms.
     *
     * @param names the rooms
     * @return the rooms
     */
    public static Rooms list(String... names) {
        return new Rooms(List.of(names), true);
    }

    /**
     * Reads a room or a list of rooms.
     *
     * @param value the text or the array
     * @return the rooms
     * @throws IllegalArgumentException if it is neither
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Rooms of(JsonNode value) {
        var rooms = value.isArray() ? ArgumentReader.elements(value) : List.of(value);
        var names = new ArrayList<String>();
        for (var room : rooms) {
            if (!room.isTextual()) {
                throw new IllegalArgumentException("expected a room or a list of rooms");
            }
            names.add(room.textValue());
        }
        return new Rooms(names, value.isArray());
    }

    /**
     * The room or the list as it travels.
     *
     * @return the text or the array
     */
    @JsonValue
    public JsonNode json() {
        if (!isList) {
            return JsonNodeFactory.instance.textNode(names.get(0));
        }
        var list = JsonNodeFactory.instance.arrayNode();
        names.forEach(list::add);
        return list;
    }
}
