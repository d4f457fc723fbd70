import type {
  Ack,
  AddTargetAck,
  CreateStreamAck,
  EmptyAck,
  ForwardedAck,
  JoinRoomV1Ack,
  ListClientsAck,
  StreamDataAck,
  SubscribeTopicAck,
} from "./acks.js";
import type {
  ClientId,
  EventName,
  MessageObject,
  Payload,
  RoomName,
  Rooms,
  StreamId,
  StreamInfo,
  TopicName,
} from "./payloads.js";

/** What clients send. Dialect v1. */
export interface ClientToServerEventsV1 {
  /**
   * The target receives the event with these arguments and without an ack id. A client may
   * address itself.
   *
   * Dialect v1. Clauses: SRV-CORE-F5, SRV-CORE-4, SRV-CORE-F2, SRV-CORE-F3, SRV-MSG-10,
   * SRV-MSG-11, SRV-MSG-12, SRV-MSG-23, SRV-ROB-3.
   */
  P2P_EMIT: (msg: MessageObject) => void;

  /**
   * The target receives the event with an ack id; its answer is handed back verbatim, the first
   * one only.
   *
   * Answer: Whatever the target answers; nothing if the target is unknown or silent.
   *
   * Dialect v1. Clauses: SRV-CORE-F6, SRV-CORE-4, SRV-CORE-F2, SRV-CORE-F3, SRV-MSG-10,
   * SRV-MSG-11, SRV-MSG-12, SRV-MSG-13, SRV-MSG-14, SRV-MSG-15, SRV-MSG-18, SRV-ROB-3.
   */
  P2P_EMIT_ACKNOWLEDGE: (msg: MessageObject, ack?: Ack<ForwardedAck>) => void;

  /**
   * Links the sender's connection with the target's, so that each is told when the other
   * leaves, and tells the target, whose answer is handed back.
   *
   * Answer: The target's answer, or why there is none.
   *
   * Dialect v1. Clauses: SRV-MSG-1, SRV-MSG-2, SRV-MSG-3, SRV-MSG-F1, SRV-MSG-19, SRV-MSG-21,
   * SRV-MSG-24, SRV-MSG-25.
   */
  MULTI_API_ADD_TARGET: (target: ClientId, ack: Ack<AddTargetAck>) => void;

  /**
   * Asks the target to open a stream. The server states the source, links both connections, and
   * hands the target's answer back.
   *
   * Answer: The target's answer, or why there is none.
   *
   * Dialect v1. Clauses: SRV-STR-1, SRV-STR-3, SRV-STR-4, SRV-STR-10, SRV-STR-11, SRV-STR-13,
   * SRV-STR-16.
   */
  MULTI_API_CREATE_STREAM: (info: StreamInfo, ack: Ack<CreateStreamAck>) => void;

  /**
   * The sender, or by one form a client that it names, joins a room. Joining twice is harmless.
   *
   * Answer: Empty when done; an empty object if the named client is unknown.
   *
   * Dialect v1. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21, SRV-SVC-5.
   */
  JOIN_ROOM: (
    ...args:
      | [action: Payload, room: Rooms]
      | [action: Payload, room: Rooms, ack: Ack<JoinRoomV1Ack>]
      | [action: "CLIENT_SUBSCRIBE_TOPIC", client: ClientId, room: Rooms]
      | [action: "CLIENT_SUBSCRIBE_TOPIC", client: ClientId, room: Rooms, ack: Ack<JoinRoomV1Ack>]
  ) => void;

  /**
   * The sender, by one form a client that it names, or by another every member leaves a room.
   * Leaving a room one is not in is harmless.
   *
   * Answer: Empty when done.
   *
   * Dialect v1. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21, SRV-SVC-3.
   */
  LEAVE_ROOM: (
    ...args:
      | [action: Payload, room: Rooms]
      | [action: Payload, room: Rooms, ack: Ack<EmptyAck>]
      | [action: "CLIENT_UNSUBSCRIBE_TOPIC", client: ClientId, room: Rooms]
      | [action: "CLIENT_UNSUBSCRIBE_TOPIC", client: ClientId, room: Rooms, ack: Ack<EmptyAck>]
      | [action: "SERVICE_DESTROY_TOPIC", room: Rooms]
      | [action: "SERVICE_DESTROY_TOPIC", room: Rooms, ack: Ack<EmptyAck>]
  ) => void;

  /**
   * Every member of the room except the sender receives the event. The sender need not be a
   * member; a room without members is not an error.
   *
   * Dialects v1 and v2. Clauses: SRV-CORE-F8, SRV-CORE-4, SRV-MSG-10, SRV-MSG-11, SRV-ROB-3,
   * SRV-ROB-4.
   */
  EMIT_ROOM: (room: RoomName, event: EventName, ...args: Payload[]) => void;

  /**
   * Asks for the ids of all connected clients, each once.
   *
   * Answer: The list of ids as one argument.
   *
   * Dialects v1 and v2. Clauses: SRV-CORE-10, SRV-CORE-1, SRV-CORE-2, SRV-CORE-11.
   */
  LIST_CLIENTS: (ack: Ack<ListClientsAck>) => void;
}

/** What servers send, beside the events of your application. Dialect v1. */
export interface ServerToClientEventsV1 {
  /**
   * Tells a client, and nobody else, that something it asked for could not be done.
   *
   * Dialects v1 and v2. Clauses: SRV-CORE-F3, SRV-ROB-1.
   */
  SERVER_ERROR: (text: string) => void;

  /**
   * Another client added this one as its target.
   *
   * Answer: The client answers at once.
   *
   * Dialect v1. Clauses: SRV-MSG-F1, CLI-MSG-F1, CLI-MSG-10.
   */
  MULTI_API_ADD_TARGET: (
    source: ClientId | null,
    ack: Ack<AddTargetAck>
  ) => void;

  /**
   * A client at the other end of a link left, cleanly or not.
   *
   * Dialect v1. Clauses: SRV-MSG-2, SRV-MSG-F1, SRV-MSG-20, SRV-MSG-22, CLI-MSG-1.
   */
  MULTI_API_TARGET_DISCONNECT: (
    client: ClientId | null
  ) => void;

  /**
   * A peer, named by `sourceClientId`, asks to open a stream.
   *
   * Answer: Empty to accept, a reason to refuse.
   *
   * Dialect v1. Clauses: SRV-STR-4, SRV-STR-10, SRV-STR-11, CLI-STR-F2.
   */
  MULTI_API_CREATE_STREAM: (info: StreamInfo, ack: Ack<CreateStreamAck>) => void;

  /**
   * A chunk of stream data from the peer whose end has this id. One chunk is in flight per
   * direction.
   *
   * Answer: Empty once the next chunk may come.
   *
   * Dialect v1. Clauses: SRV-STR-F1, CLI-STR-3, CLI-STR-10.
   */
  [streamEvent: `P2P_EMIT_STREAM-from-stream-${StreamId}`]: (
    source: ClientId,
    chunk: Payload,
    ack?: Ack<StreamDataAck>
  ) => void;

  /**
   * The peer's end of a stream was destroyed; the receiver destroys its own end and answers
   * with the same event for it.
   *
   * Dialect v1. Clauses: CLI-STR-4, CLI-STR-12, SRV-STR-2.
   */
  PEER_STREAM_DESTROYED: (client: ClientId, stream: StreamId) => void;

  /**
   * A peer asks this service for the publications of a topic; a service that the server
   * provides takes it before it is forwarded.
   *
   * Answer: Empty, or why not.
   *
   * Dialect v1. Clauses: SRV-SVC-F5, SRV-SVC-4, CLI-SVC-F1, CLI-SVC-F2.
   */
  SUBSCRIBE_TOPIC: (
    source: ClientId,
    client: ClientId,
    topic: TopicName,
    ack?: Ack<SubscribeTopicAck>
  ) => void;

  /**
   * A peer wants no more publications of a topic.
   *
   * Dialect v1. Clauses: SRV-SVC-F5, SRV-SVC-4, CLI-SVC-F1, CLI-SVC-F2.
   */
  UNSUBSCRIBE_TOPIC: (source: ClientId, client: ClientId, topic: TopicName) => void;

  /**
   * A publication, sent to every member of the topic's room except a publishing client.
   *
   * Dialect v1. Clauses: SRV-SVC-5, SRV-SVC-4, CLI-SVC-F2.
   */
  [roomEvent: `${RoomName}-DEFAULT_TOPIC_EVENT`]: (...args: Payload[]) => void;

  /**
   * The topic ends and the receiver is no longer a member of its room.
   *
   * Dialect v1. Clauses: SRV-SVC-3, SRV-SVC-5.
   */
  [roomEvent: `${RoomName}-TOPIC_BEING_DESTROYED`]: () => void;
}
