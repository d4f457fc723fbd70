package siop2p;

import com.fasterxml.jackson.databind.node.ArrayNode;

/** The argument list of an event or of an answer. */
public interface ArgumentList {
    /**
     * The arguments as they travel.
     *
     * @return the array
     */
    ArrayNode arguments();
}
