// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Every event: what clients send, then what servers send. */
public enum Event {
    // CONSTANTS;

    private final String key;
    private final boolean isFromClient;
    private final List<String> dialects;
    private final String prefix;
    private final String suffix;
    private final boolean isPattern;
    private final String ack;
    private final Class<? extends ArgumentList> list;
    private final Class<? extends ArgumentList> answer;

    Event(
            String key,
            boolean isFromClient,
            List<String> dialects,
            String prefix,
            String suffix,
            boolean isPattern,
            String ack,
            Class<? extends ArgumentList> list,
            Class<? extends ArgumentList> answer) {
        this.key = key;
        this.isFromClient = isFromClient;
        this.dialects = dialects;
        this.prefix = prefix;
        this.suffix = suffix;
        this.isPattern = isPattern;
        this.ack = ack;
        this.list = list;
        this.answer = answer;
    }

    /**
     * Dialect, sender and name.
     *
     * @return the key, such as {@code v2.server.ADD_TARGET}
     */
    public String key() {
        return key;
    }

    /**
     * Who sends it.
     *
     * @return true for clients, false for servers
     */
    public boolean isFromClient() {
        return isFromClient;
    }

    /**
     * The dialects that have it.
     *
     * @return {@code v1}, {@code v2} or both
     */
    public List<String> dialects() {
        return dialects;
    }

    /**
     * Whether an ack id goes with it.
     *
     * @return {@code never}, {@code optional} or {@code required}
     */
    public String ack() {
        return ack;
    }

    /**
     * The argument list.
     *
     * @return its type
     */
    public Class<? extends ArgumentList> list() {
        return list;
    }

    /**
     * The argument list of the answer.
     *
     * @return its type; empty if nobody answers
     */
    public Optional<Class<? extends ArgumentList>> answer() {
        return Optional.ofNullable(answer);
    }

    /**
     * Whether an event of this name is one of these.
     *
     * @param name the name on the wire
     * @return whether it follows the pattern
     */
    public boolean matches(String name) {
        return isPattern
                ? name.length() >= prefix.length() + suffix.length()
                        && name.startsWith(prefix)
                        && name.endsWith(suffix)
                : name.equals(prefix);
    }

    /**
     * The event of this name: a fixed name before a pattern.
     *
     * @param isFromClient who sends it
     * @param dialect {@code v1} or {@code v2}
     * @param name the name on the wire
     * @return the event, if the dialect has one
     */
    public static Optional<Event> find(boolean isFromClient, String dialect, String name) {
        return Stream.of(values())
                .filter(event -> event.isFromClient == isFromClient)
                .filter(event -> event.dialects.contains(dialect))
                .filter(event -> event.matches(name))
                .findFirst();
    }

    /**
     * Reads the arguments of this event.
     *
     * @param mapper any mapper
     * @param arguments the array
     * @return the arguments
     * @throws JsonProcessingException if they are not those of this event
     */
    public ArgumentList read(ObjectMapper mapper, String arguments) throws JsonProcessingException {
        return mapper.readValue(arguments, list);
    }
}
