import type {
  Ack,
  AddTargetAck,
  CheckApiNameAck,
  ConnectedStatusAck,
  CreateStreamAck,
  ForwardedAck,
  ListClientsAck,
  NullAck,
  PongAck,
  StreamDataAck,
} from "./acks.js";
import type {
  ApiName,
  Arguments,
  Channel,
  ClientId,
  EventName,
  Payload,
  RoomName,
  Rooms,
  StreamId,
  StreamInfo,
} from "./payloads.js";

/** What clients send. Dialect v2. */
export interface ClientToServerEventsV2 {
  /**
   * The target receives the event with these arguments, with an ack id exactly if the sender
   * gave one. A client may address itself.
   *
   * Answer: Whatever the target answers; nothing if the target is unknown or silent.
   *
   * Dialect v2. Clauses: SRV-CORE-F5, SRV-CORE-4, SRV-CORE-F2, SRV-CORE-F3, SRV-CORE-F6,
   * SRV-MSG-10, SRV-MSG-11, SRV-MSG-12, SRV-MSG-13, SRV-MSG-14, SRV-MSG-15, SRV-MSG-18,
   * SRV-MSG-23, SRV-ROB-3.
   */
  P2P_EMIT: (
    ...args:
      | [target: ClientId, event: EventName, args: Arguments, ack: null]
      | [target: ClientId, event: EventName, args: Arguments, ack: Ack<ForwardedAck>]
  ) => void;

  /**
   * Links the sender's connection with the target's, so that each is told when the other
   * leaves, and tells the target, whose answer is handed back.
   *
   * Answer: The target's answer, or why there is none.
   *
   * Dialect v2. Clauses: SRV-MSG-1, SRV-MSG-2, SRV-MSG-3, SRV-MSG-F1, SRV-MSG-19, SRV-MSG-21,
   * SRV-MSG-24.
   */
  ADD_TARGET: (target: ClientId, ack: Ack<AddTargetAck>) => void;

  /**
   * Asks the target to open a stream. The server states the source, links both connections, and
   * hands the target's answer back.
   *
   * Answer: The target's answer, or why there is none.
   *
   * Dialect v2. Clauses: SRV-STR-1, SRV-STR-3, SRV-STR-4, SRV-STR-10, SRV-STR-11, SRV-STR-12,
   * SRV-STR-13, SRV-STR-16.
   */
  CREATE_STREAM: (info: StreamInfo, ack: Ack<CreateStreamAck>) => void;

  /**
   * The sender joins a room. Joining twice is harmless.
   *
   * Answer: One null when done; version 2.0.0 of the original never answers.
   *
   * Dialect v2. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21.
   */
  JOIN_ROOM: (
    ...args:
      | [room: Rooms, ack: null]
      | [room: Rooms, ack: Ack<NullAck>]
  ) => void;

  /**
   * The sender leaves a room. Leaving a room one is not in is harmless.
   *
   * Answer: One null when done; version 2.0.0 of the original never answers.
   *
   * Dialect v2. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21.
   */
  LEAVE_ROOM: (
    ...args:
      | [room: Rooms, ack: null]
      | [room: Rooms, ack: Ack<NullAck>]
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

  /**
   * Asks whether a client is connected.
   *
   * Answer: True, or null for a client that is not connected.
   *
   * Dialect v2. Clause: SRV-CORE-12.
   */
  GET_CLIENT_CONNECTED_STATUS: (client: ClientId, ack: Ack<ConnectedStatusAck>) => void;

  /**
   * Asks whether an API exists, before providing or using it.
   *
   * Answer: Whether it exists.
   *
   * Dialect v2. Clauses: SRV-SVC-10, SRV-SVC-3, SRV-ROB-4.
   */
  CHECK_API_NAME: (name: ApiName, ack: Ack<CheckApiNameAck>) => void;

  /**
   * The sender provides the API from now on; its calls arrive as events of that name.
   *
   * Dialect v2. Clauses: SRV-SVC-11, SRV-SVC-1, SRV-SVC-3, SRV-ROB-3, SRV-ROB-4.
   */
  CREATE_API: (name: ApiName) => void;

  /**
   * The provider receives an event named like the API, with an ack id exactly if the caller
   * gave one; its answer is handed back.
   *
   * Answer: Whatever the provider answers.
   *
   * Dialect v2. Clauses: SRV-SVC-12, SRV-SVC-1, SRV-SVC-2, SRV-SVC-16, SRV-MSG-10, SRV-MSG-13.
   */
  USE_API: (
    ...args:
      | [name: ApiName, ...args: Payload[]]
      | [name: ApiName, ...args: Payload[], ack: Ack<ForwardedAck>]
  ) => void;

  /**
   * The sender provides one API no longer, or without a name none at all. APIs of others are
   * untouched.
   *
   * Dialect v2. Clauses: SRV-SVC-13, SRV-SVC-3, SRV-SVC-16.
   */
  DESTROY_API: (name?: ApiName) => void;
}

/** What servers send, beside the events of your application. Dialect v2. */
export interface ServerToClientEventsV2 {
  /**
   * Tells a client, and nobody else, that something it asked for could not be done.
   *
   * Dialects v1 and v2. Clauses: SRV-CORE-F3, SRV-ROB-1.
   */
  SERVER_ERROR: (text: string) => void;

  /**
   * Asks the new and the old connection of an overwritten client id for a sign of life; the
   * answers are only logged.
   *
   * Answer: A greeting with the client's id.
   *
   * Dialect v2. Clauses: SRV-CORE-14, CLI-CORE-2.
   */
  SERVER_PING: (ack: Ack<PongAck>) => void;

  /**
   * Another client added this one as its target.
   *
   * Answer: The client answers at once.
   *
   * Dialect v2. Clauses: SRV-MSG-F1, CLI-MSG-F1, CLI-MSG-10.
   */
  ADD_TARGET: (source: ClientId, ack: Ack<AddTargetAck>) => void;

  /**
   * A client at the other end of a link left, cleanly or not.
   *
   * Dialect v2. Clauses: SRV-MSG-2, SRV-MSG-F1, SRV-MSG-20, SRV-MSG-22, CLI-MSG-1.
   */
  TARGET_DISCONNECT: (client: ClientId) => void;

  /**
   * A peer, or the server under a source id that ends in `--server-side`, asks to open a
   * stream.
   *
   * Answer: Empty to accept, a reason to refuse.
   *
   * Dialect v2. Clauses: SRV-STR-4, SRV-STR-10, SRV-STR-11, SRV-STR-15, CLI-STR-F2.
   */
  CREATE_STREAM: (info: StreamInfo, ack: Ack<CreateStreamAck>) => void;

  /**
   * A peer or the server asks to open a stream on a channel.
   *
   * Answer: Empty to accept, a reason to refuse.
   *
   * Dialect v2. Clauses: SRV-STR-12, SRV-STR-4, SRV-STR-10, SRV-STR-11, CLI-STR-F2.
   */
  [channelEvent: `CREATE_STREAM-CHANNEL-${Channel}`]: (
    info: StreamInfo,
    ack: Ack<CreateStreamAck>
  ) => void;

  /**
   * A chunk of stream data from the peer whose end has this id; null ends the direction. One
   * chunk is in flight per direction.
   *
   * Answer: Empty once the next chunk may come.
   *
   * Dialect v2. Clauses: SRV-STR-F1, CLI-STR-3, CLI-STR-10, CLI-STR-11, SRV-STR-15.
   */
  [streamEvent: `P2P_EMIT_STREAM-from-stream-${StreamId}`]: (
    chunk: Payload,
    ack?: Ack<StreamDataAck>
  ) => void;

  /**
   * The peer's end of a stream was destroyed; the receiver destroys its own end and answers
   * with the same event for it.
   *
   * Dialect v2. Clauses: CLI-STR-4, CLI-STR-12, SRV-STR-2.
   */
  PEER_STREAM_DESTROYED: (stream: StreamId) => void;
}
