// Generated from the catalogue of sio-p2p.

package siop2p;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Every event: what clients send, then what servers send. */
public enum Event {
    /**
     * The target receives the event with these arguments and without an ack id. A client may
     * address itself.
     *
     * Dialect v1. Clauses: SRV-CORE-F5, SRV-CORE-4, SRV-CORE-F2, SRV-CORE-F3, SRV-MSG-10,
     * SRV-MSG-11, SRV-MSG-12, SRV-MSG-23, SRV-ROB-3.
     */
    P2P_EMIT_V1(
            "v1.P2P_EMIT",
            true,
            List.of("v1"),
            "P2P_EMIT",
            "",
            false,
            "never",
            P2pEmitV1.class,
            null),

    /**
     * The target receives the event with an ack id; its answer is handed back verbatim, the
     * first one only.
     *
     * Dialect v1. Clauses: SRV-CORE-F6, SRV-CORE-4, SRV-CORE-F2, SRV-CORE-F3, SRV-MSG-10,
     * SRV-MSG-11, SRV-MSG-12, SRV-MSG-13, SRV-MSG-14, SRV-MSG-15, SRV-MSG-18, SRV-ROB-3.
     */
    P2P_EMIT_ACKNOWLEDGE(
            "v1.P2P_EMIT_ACKNOWLEDGE",
            true,
            List.of("v1"),
            "P2P_EMIT_ACKNOWLEDGE",
            "",
            false,
            "optional",
            P2pEmitAcknowledge.class,
            ForwardedAck.class),

    /**
     * The target receives the event with these arguments, with an ack id exactly if the sender
     * gave one. A client may address itself.
     *
     * Dialect v2. Clauses: SRV-CORE-F5, SRV-CORE-4, SRV-CORE-F2, SRV-CORE-F3, SRV-CORE-F6,
     * SRV-MSG-10, SRV-MSG-11, SRV-MSG-12, SRV-MSG-13, SRV-MSG-14, SRV-MSG-15, SRV-MSG-18,
     * SRV-MSG-23, SRV-ROB-3.
     */
    P2P_EMIT_V2(
            "v2.P2P_EMIT",
            true,
            List.of("v2"),
            "P2P_EMIT",
            "",
            false,
            "optional",
            P2pEmitV2.class,
            ForwardedAck.class),

    /**
     * Links the sender's connection with the target's, so that each is told when the other
     * leaves, and tells the target, whose answer is handed back.
     *
     * Dialect v1. Clauses: SRV-MSG-1, SRV-MSG-2, SRV-MSG-3, SRV-MSG-F1, SRV-MSG-19, SRV-MSG-21,
     * SRV-MSG-24, SRV-MSG-25.
     */
    MULTI_API_ADD_TARGET(
            "v1.MULTI_API_ADD_TARGET",
            true,
            List.of("v1"),
            "MULTI_API_ADD_TARGET",
            "",
            false,
            "required",
            MultiApiAddTarget.class,
            AddTargetAck.class),

    /**
     * Links the sender's connection with the target's, so that each is told when the other
     * leaves, and tells the target, whose answer is handed back.
     *
     * Dialect v2. Clauses: SRV-MSG-1, SRV-MSG-2, SRV-MSG-3, SRV-MSG-F1, SRV-MSG-19, SRV-MSG-21,
     * SRV-MSG-24.
     */
    ADD_TARGET(
            "v2.ADD_TARGET",
            true,
            List.of("v2"),
            "ADD_TARGET",
            "",
            false,
            "required",
            AddTarget.class,
            AddTargetAck.class),

    /**
     * Asks the target to open a stream. The server states the source, links both connections,
     * and hands the target's answer back.
     *
     * Dialect v1. Clauses: SRV-STR-1, SRV-STR-3, SRV-STR-4, SRV-STR-10, SRV-STR-11, SRV-STR-13,
     * SRV-STR-16.
     */
    MULTI_API_CREATE_STREAM(
            "v1.MULTI_API_CREATE_STREAM",
            true,
            List.of("v1"),
            "MULTI_API_CREATE_STREAM",
            "",
            false,
            "required",
            MultiApiCreateStream.class,
            CreateStreamAck.class),

    /**
     * Asks the target to open a stream. The server states the source, links both connections,
     * and hands the target's answer back.
     *
     * Dialect v2. Clauses: SRV-STR-1, SRV-STR-3, SRV-STR-4, SRV-STR-10, SRV-STR-11, SRV-STR-12,
     * SRV-STR-13, SRV-STR-16.
     */
    CREATE_STREAM(
            "v2.CREATE_STREAM",
            true,
            List.of("v2"),
            "CREATE_STREAM",
            "",
            false,
            "required",
            CreateStream.class,
            CreateStreamAck.class),

    /**
     * The sender, or by one form a client that it names, joins a room. Joining twice is
     * harmless.
     *
     * Dialect v1. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21, SRV-SVC-5.
     */
    JOIN_ROOM_V1(
            "v1.JOIN_ROOM",
            true,
            List.of("v1"),
            "JOIN_ROOM",
            "",
            false,
            "optional",
            JoinRoomV1.class,
            JoinRoomV1Ack.class),

    /**
     * The sender joins a room. Joining twice is harmless.
     *
     * Dialect v2. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21.
     */
    JOIN_ROOM_V2(
            "v2.JOIN_ROOM",
            true,
            List.of("v2"),
            "JOIN_ROOM",
            "",
            false,
            "optional",
            JoinRoomV2.class,
            NullAck.class),

    /**
     * The sender, by one form a client that it names, or by another every member leaves a room.
     * Leaving a room one is not in is harmless.
     *
     * Dialect v1. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21, SRV-SVC-3.
     */
    LEAVE_ROOM_V1(
            "v1.LEAVE_ROOM",
            true,
            List.of("v1"),
            "LEAVE_ROOM",
            "",
            false,
            "optional",
            LeaveRoomV1.class,
            EmptyAck.class),

    /**
     * The sender leaves a room. Leaving a room one is not in is harmless.
     *
     * Dialect v2. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21.
     */
    LEAVE_ROOM_V2(
            "v2.LEAVE_ROOM",
            true,
            List.of("v2"),
            "LEAVE_ROOM",
            "",
            false,
            "optional",
            LeaveRoomV2.class,
            NullAck.class),

    /**
     * Every member of the room except the sender receives the event. The sender need not be a
     * member; a room without members is not an error.
     *
     * Dialects v1 and v2. Clauses: SRV-CORE-F8, SRV-CORE-4, SRV-MSG-10, SRV-MSG-11, SRV-ROB-3,
     * SRV-ROB-4.
     */
    EMIT_ROOM(
            "any.EMIT_ROOM",
            true,
            List.of("v1", "v2"),
            "EMIT_ROOM",
            "",
            false,
            "never",
            EmitRoom.class,
            null),

    /**
     * Asks for the ids of all connected clients, each once.
     *
     * Dialects v1 and v2. Clauses: SRV-CORE-10, SRV-CORE-1, SRV-CORE-2, SRV-CORE-11.
     */
    LIST_CLIENTS(
            "any.LIST_CLIENTS",
            true,
            List.of("v1", "v2"),
            "LIST_CLIENTS",
            "",
            false,
            "required",
            ListClients.class,
            ListClientsAck.class),

    /**
     * Asks whether a client is connected.
     *
     * Dialect v2. Clause: SRV-CORE-12.
     */
    GET_CLIENT_CONNECTED_STATUS(
            "v2.GET_CLIENT_CONNECTED_STATUS",
            true,
            List.of("v2"),
            "GET_CLIENT_CONNECTED_STATUS",
            "",
            false,
            "required",
            GetClientConnectedStatus.class,
            ConnectedStatusAck.class),

    /**
     * Asks whether an API exists, before providing or using it.
     *
     * Dialect v2. Clauses: SRV-SVC-10, SRV-SVC-3, SRV-ROB-4.
     */
    CHECK_API_NAME(
            "v2.CHECK_API_NAME",
            true,
            List.of("v2"),
            "CHECK_API_NAME",
            "",
            false,
            "required",
            CheckApiName.class,
            CheckApiNameAck.class),

    /**
     * The sender provides the API from now on; its calls arrive as events of that name.
     *
     * Dialect v2. Clauses: SRV-SVC-11, SRV-SVC-1, SRV-SVC-3, SRV-ROB-3, SRV-ROB-4.
     */
    CREATE_API(
            "v2.CREATE_API",
            true,
            List.of("v2"),
            "CREATE_API",
            "",
            false,
            "never",
            CreateApi.class,
            null),

    /**
     * The provider receives an event named like the API, with an ack id exactly if the caller
     * gave one; its answer is handed back.
     *
     * Dialect v2. Clauses: SRV-SVC-12, SRV-SVC-1, SRV-SVC-2, SRV-SVC-16, SRV-MSG-10,
     * SRV-MSG-13.
     */
    USE_API(
            "v2.USE_API",
            true,
            List.of("v2"),
            "USE_API",
            "",
            false,
            "optional",
            UseApi.class,
            ForwardedAck.class),

    /**
     * The sender provides one API no longer, or without a name none at all. APIs of others are
     * untouched.
     *
     * Dialect v2. Clauses: SRV-SVC-13, SRV-SVC-3, SRV-SVC-16.
     */
    DESTROY_API(
            "v2.DESTROY_API",
            true,
            List.of("v2"),
            "DESTROY_API",
            "",
            false,
            "never",
            DestroyApi.class,
            null),

    /**
     * Tells a client, and nobody else, that something it asked for could not be done.
     *
     * Dialects v1 and v2. Clauses: SRV-CORE-F3, SRV-ROB-1.
     */
    SERVER_ERROR(
            "any.server.SERVER_ERROR",
            false,
            List.of("v1", "v2"),
            "SERVER_ERROR",
            "",
            false,
            "never",
            ServerError.class,
            null),

    /**
     * Asks the new and the old connection of an overwritten client id for a sign of life; the
     * answers are only logged.
     *
     * Dialect v2. Clauses: SRV-CORE-14, CLI-CORE-2.
     */
    SERVER_PING(
            "v2.server.SERVER_PING",
            false,
            List.of("v2"),
            "SERVER_PING",
            "",
            false,
            "required",
            ServerPing.class,
            PongAck.class),

    /**
     * Another client added this one as its target.
     *
     * Dialect v1. Clauses: SRV-MSG-F1, CLI-MSG-F1, CLI-MSG-10.
     */
    TARGET_ADDED_V1(
            "v1.server.MULTI_API_ADD_TARGET",
            false,
            List.of("v1"),
            "MULTI_API_ADD_TARGET",
            "",
            false,
            "required",
            TargetAddedV1.class,
            AddTargetAck.class),

    /**
     * Another client added this one as its target.
     *
     * Dialect v2. Clauses: SRV-MSG-F1, CLI-MSG-F1, CLI-MSG-10.
     */
    TARGET_ADDED(
            "v2.server.ADD_TARGET",
            false,
            List.of("v2"),
            "ADD_TARGET",
            "",
            false,
            "required",
            TargetAdded.class,
            AddTargetAck.class),

    /**
     * A client at the other end of a link left, cleanly or not.
     *
     * Dialect v1. Clauses: SRV-MSG-2, SRV-MSG-F1, SRV-MSG-20, SRV-MSG-22, CLI-MSG-1.
     */
    TARGET_DISCONNECTED_V1(
            "v1.server.MULTI_API_TARGET_DISCONNECT",
            false,
            List.of("v1"),
            "MULTI_API_TARGET_DISCONNECT",
            "",
            false,
            "never",
            TargetDisconnectedV1.class,
            null),

    /**
     * A client at the other end of a link left, cleanly or not.
     *
     * Dialect v2. Clauses: SRV-MSG-2, SRV-MSG-F1, SRV-MSG-20, SRV-MSG-22, CLI-MSG-1.
     */
    TARGET_DISCONNECTED(
            "v2.server.TARGET_DISCONNECT",
            false,
            List.of("v2"),
            "TARGET_DISCONNECT",
            "",
            false,
            "never",
            TargetDisconnected.class,
            null),

    /**
     * A peer, named by {@code sourceClientId}, asks to open a stream.
     *
     * Dialect v1. Clauses: SRV-STR-4, SRV-STR-10, SRV-STR-11, CLI-STR-F2.
     */
    STREAM_OFFERED_V1(
            "v1.server.MULTI_API_CREATE_STREAM",
            false,
            List.of("v1"),
            "MULTI_API_CREATE_STREAM",
            "",
            false,
            "required",
            StreamOfferedV1.class,
            CreateStreamAck.class),

    /**
     * A peer, or the server under a source id that ends in {@code --server-side}, asks to open
     * a stream.
     *
     * Dialect v2. Clauses: SRV-STR-4, SRV-STR-10, SRV-STR-11, SRV-STR-15, CLI-STR-F2.
     */
    STREAM_OFFERED(
            "v2.server.CREATE_STREAM",
            false,
            List.of("v2"),
            "CREATE_STREAM",
            "",
            false,
            "required",
            StreamOffered.class,
            CreateStreamAck.class),

    /**
     * A peer or the server asks to open a stream on a channel.
     *
     * Dialect v2. Clauses: SRV-STR-12, SRV-STR-4, SRV-STR-10, SRV-STR-11, CLI-STR-F2.
     */
    STREAM_OFFERED_ON_CHANNEL(
            "v2.server.CREATE_STREAM-CHANNEL-<channel>",
            false,
            List.of("v2"),
            "CREATE_STREAM-CHANNEL-",
            "",
            true,
            "required",
            StreamOfferedOnChannel.class,
            CreateStreamAck.class),

    /**
     * A chunk of stream data from the peer whose end has this id. One chunk is in flight per
     * direction.
     *
     * Dialect v1. Clauses: SRV-STR-F1, CLI-STR-3, CLI-STR-10.
     */
    STREAM_DATA_V1(
            "v1.server.P2P_EMIT_STREAM-from-stream-<stream>",
            false,
            List.of("v1"),
            "P2P_EMIT_STREAM-from-stream-",
            "",
            true,
            "optional",
            StreamDataV1.class,
            StreamDataAck.class),

    /**
     * A chunk of stream data from the peer whose end has this id; null ends the direction. One
     * chunk is in flight per direction.
     *
     * Dialect v2. Clauses: SRV-STR-F1, CLI-STR-3, CLI-STR-10, CLI-STR-11, SRV-STR-15.
     */
    STREAM_DATA_V2(
            "v2.server.P2P_EMIT_STREAM-from-stream-<stream>",
            false,
            List.of("v2"),
            "P2P_EMIT_STREAM-from-stream-",
            "",
            true,
            "optional",
            StreamDataV2.class,
            StreamDataAck.class),

    /**
     * The peer's end of a stream was destroyed; the receiver destroys its own end and answers
     * with the same event for it.
     *
     * Dialect v1. Clauses: CLI-STR-4, CLI-STR-12, SRV-STR-2.
     */
    PEER_STREAM_DESTROYED_V1(
            "v1.server.PEER_STREAM_DESTROYED",
            false,
            List.of("v1"),
            "PEER_STREAM_DESTROYED",
            "",
            false,
            "never",
            PeerStreamDestroyedV1.class,
            null),

    /**
     * The peer's end of a stream was destroyed; the receiver destroys its own end and answers
     * with the same event for it.
     *
     * Dialect v2. Clauses: CLI-STR-4, CLI-STR-12, SRV-STR-2.
     */
    PEER_STREAM_DESTROYED_V2(
            "v2.server.PEER_STREAM_DESTROYED",
            false,
            List.of("v2"),
            "PEER_STREAM_DESTROYED",
            "",
            false,
            "never",
            PeerStreamDestroyedV2.class,
            null),

    /**
     * A peer asks this service for the publications of a topic; a service that the server
     * provides takes it before it is forwarded.
     *
     * Dialect v1. Clauses: SRV-SVC-F5, SRV-SVC-4, CLI-SVC-F1, CLI-SVC-F2.
     */
    SUBSCRIBE_TOPIC(
            "v1.server.SUBSCRIBE_TOPIC",
            false,
            List.of("v1"),
            "SUBSCRIBE_TOPIC",
            "",
            false,
            "optional",
            SubscribeTopic.class,
            SubscribeTopicAck.class),

    /**
     * A peer wants no more publications of a topic.
     *
     * Dialect v1. Clauses: SRV-SVC-F5, SRV-SVC-4, CLI-SVC-F1, CLI-SVC-F2.
     */
    UNSUBSCRIBE_TOPIC(
            "v1.server.UNSUBSCRIBE_TOPIC",
            false,
            List.of("v1"),
            "UNSUBSCRIBE_TOPIC",
            "",
            false,
            "never",
            UnsubscribeTopic.class,
            null),

    /**
     * A publication, sent to every member of the topic's room except a publishing client.
     *
     * Dialect v1. Clauses: SRV-SVC-5, SRV-SVC-4, CLI-SVC-F2.
     */
    TOPIC_PUBLICATION(
            "v1.server.<room>-DEFAULT_TOPIC_EVENT",
            false,
            List.of("v1"),
            "",
            "-DEFAULT_TOPIC_EVENT",
            true,
            "never",
            TopicPublication.class,
            null),

    /**
     * The topic ends and the receiver is no longer a member of its room.
     *
     * Dialect v1. Clauses: SRV-SVC-3, SRV-SVC-5.
     */
    TOPIC_BEING_DESTROYED(
            "v1.server.<room>-TOPIC_BEING_DESTROYED",
            false,
            List.of("v1"),
            "",
            "-TOPIC_BEING_DESTROYED",
            true,
            "never",
            TopicBeingDestroyed.class,
            null),

    /**
     * An application event: a message, a room message, the call of a service, or the server
     * application's own.
     *
     * Dialects v1 and v2. Clauses: SRV-MSG-10, SRV-MSG-11, SRV-MSG-12, SRV-MSG-15, CLI-MSG-2,
     * SRV-MSG-26, SRV-MSG-27.
     */
    FORWARDED(
            "any.server.<event>",
            false,
            List.of("v1", "v2"),
            "",
            "",
            true,
            "optional",
            Forwarded.class,
            ForwardedAck.class);

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
