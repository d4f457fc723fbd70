import type {
  ApiName,
  Arguments,
  Channel,
  ClientId,
  EventName,
  Greeting,
  MessageObject,
  Payload,
  Reason,
  RoomName,
  Rooms,
  StreamId,
  StreamInfo,
  TopicName,
} from "./payloads.js";

/**
 * The arguments of `P2P_EMIT`. The target receives the event with these arguments and without
 * an ack id. A client may address itself.
 *
 * Dialect v1. Clauses: SRV-CORE-F5, SRV-CORE-4, SRV-CORE-F2, SRV-CORE-F3, SRV-MSG-10,
 * SRV-MSG-11, SRV-MSG-12, SRV-MSG-23, SRV-ROB-3.
 */
export type P2pEmitV1 = [msg: MessageObject];

/**
 * The arguments of `P2P_EMIT_ACKNOWLEDGE`. The target receives the event with an ack id; its
 * answer is handed back verbatim, the first one only.
 *
 * Dialect v1. Clauses: SRV-CORE-F6, SRV-CORE-4, SRV-CORE-F2, SRV-CORE-F3, SRV-MSG-10,
 * SRV-MSG-11, SRV-MSG-12, SRV-MSG-13, SRV-MSG-14, SRV-MSG-15, SRV-MSG-18, SRV-ROB-3.
 */
export type P2pEmitAcknowledge = [msg: MessageObject];

/**
 * The arguments of `P2P_EMIT`. The target receives the event with these arguments, with an ack
 * id exactly if the sender gave one. A client may address itself.
 *
 * - No answer is asked for.
 * - An answer is asked for.
 *
 * Dialect v2. Clauses: SRV-CORE-F5, SRV-CORE-4, SRV-CORE-F2, SRV-CORE-F3, SRV-CORE-F6,
 * SRV-MSG-10, SRV-MSG-11, SRV-MSG-12, SRV-MSG-13, SRV-MSG-14, SRV-MSG-15, SRV-MSG-18,
 * SRV-MSG-23, SRV-ROB-3.
 */
export type P2pEmitV2 =
  | [target: ClientId, event: EventName, args: Arguments, ack: null]
  | [target: ClientId, event: EventName, args: Arguments];

/**
 * The arguments of `MULTI_API_ADD_TARGET`. Links the sender's connection with the target's, so
 * that each is told when the other leaves, and tells the target, whose answer is handed back.
 *
 * Dialect v1. Clauses: SRV-MSG-1, SRV-MSG-2, SRV-MSG-3, SRV-MSG-F1, SRV-MSG-19, SRV-MSG-21,
 * SRV-MSG-24, SRV-MSG-25.
 */
export type MultiApiAddTarget = [target: ClientId];

/**
 * The arguments of `ADD_TARGET`. Links the sender's connection with the target's, so that each
 * is told when the other leaves, and tells the target, whose answer is handed back.
 *
 * Dialect v2. Clauses: SRV-MSG-1, SRV-MSG-2, SRV-MSG-3, SRV-MSG-F1, SRV-MSG-19, SRV-MSG-21,
 * SRV-MSG-24.
 */
export type AddTarget = [target: ClientId];

/**
 * The arguments of `MULTI_API_CREATE_STREAM`. Asks the target to open a stream. The server
 * states the source, links both connections, and hands the target's answer back.
 *
 * Dialect v1. Clauses: SRV-STR-1, SRV-STR-3, SRV-STR-4, SRV-STR-10, SRV-STR-11, SRV-STR-13,
 * SRV-STR-16.
 */
export type MultiApiCreateStream = [info: StreamInfo];

/**
 * The arguments of `CREATE_STREAM`. Asks the target to open a stream. The server states the
 * source, links both connections, and hands the target's answer back.
 *
 * Dialect v2. Clauses: SRV-STR-1, SRV-STR-3, SRV-STR-4, SRV-STR-10, SRV-STR-11, SRV-STR-12,
 * SRV-STR-13, SRV-STR-16.
 */
export type CreateStream = [info: StreamInfo];

/**
 * The arguments of `JOIN_ROOM`. The sender, or by one form a client that it names, joins a
 * room. Joining twice is harmless.
 *
 * - The sender joins.
 * - The named client joins and is not told.
 *
 * Dialect v1. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21, SRV-SVC-5.
 */
export type JoinRoomV1 =
  | [action: Payload, room: Rooms]
  | [action: "CLIENT_SUBSCRIBE_TOPIC", client: ClientId, room: Rooms];

/**
 * The arguments of `JOIN_ROOM`. The sender joins a room. Joining twice is harmless.
 *
 * - No ack is asked for.
 * - An ack is asked for.
 *
 * Dialect v2. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21.
 */
export type JoinRoomV2 =
  | [room: Rooms, ack: null]
  | [room: Rooms];

/**
 * The arguments of `LEAVE_ROOM`. The sender, by one form a client that it names, or by another
 * every member leaves a room. Leaving a room one is not in is harmless.
 *
 * - The sender leaves.
 * - The named client leaves and is not told; this form is never acked by the original.
 * - Every member gets the end notice of the topic and leaves.
 *
 * Dialect v1. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21, SRV-SVC-3.
 */
export type LeaveRoomV1 =
  | [action: Payload, room: Rooms]
  | [action: "CLIENT_UNSUBSCRIBE_TOPIC", client: ClientId, room: Rooms]
  | [action: "SERVICE_DESTROY_TOPIC", room: Rooms];

/**
 * The arguments of `LEAVE_ROOM`. The sender leaves a room. Leaving a room one is not in is
 * harmless.
 *
 * - No ack is asked for.
 * - An ack is asked for.
 *
 * Dialect v2. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21.
 */
export type LeaveRoomV2 =
  | [room: Rooms, ack: null]
  | [room: Rooms];

/**
 * The arguments of `EMIT_ROOM`. Every member of the room except the sender receives the event.
 * The sender need not be a member; a room without members is not an error.
 *
 * Dialects v1 and v2. Clauses: SRV-CORE-F8, SRV-CORE-4, SRV-MSG-10, SRV-MSG-11, SRV-ROB-3,
 * SRV-ROB-4.
 */
export type EmitRoom = [room: RoomName, event: EventName, ...args: Payload[]];

/**
 * The arguments of `LIST_CLIENTS`. Asks for the ids of all connected clients, each once.
 *
 * Dialects v1 and v2. Clauses: SRV-CORE-10, SRV-CORE-1, SRV-CORE-2, SRV-CORE-11.
 */
export type ListClients = [];

/**
 * The arguments of `GET_CLIENT_CONNECTED_STATUS`. Asks whether a client is connected.
 *
 * Dialect v2. Clause: SRV-CORE-12.
 */
export type GetClientConnectedStatus = [client: ClientId];

/**
 * The arguments of `CHECK_API_NAME`. Asks whether an API exists, before providing or using it.
 *
 * Dialect v2. Clauses: SRV-SVC-10, SRV-SVC-3, SRV-ROB-4.
 */
export type CheckApiName = [name: ApiName];

/**
 * The arguments of `CREATE_API`. The sender provides the API from now on; its calls arrive as
 * events of that name.
 *
 * Dialect v2. Clauses: SRV-SVC-11, SRV-SVC-1, SRV-SVC-3, SRV-ROB-3, SRV-ROB-4.
 */
export type CreateApi = [name: ApiName];

/**
 * The arguments of `USE_API`. The provider receives an event named like the API, with an ack id
 * exactly if the caller gave one; its answer is handed back.
 *
 * Dialect v2. Clauses: SRV-SVC-12, SRV-SVC-1, SRV-SVC-2, SRV-SVC-16, SRV-MSG-10, SRV-MSG-13.
 */
export type UseApi = [name: ApiName, ...args: Payload[]];

/**
 * The arguments of `DESTROY_API`. The sender provides one API no longer, or without a name none
 * at all. APIs of others are untouched.
 *
 * - One API, or by the empty text every API of the sender.
 * - Every API of the sender.
 *
 * Dialect v2. Clauses: SRV-SVC-13, SRV-SVC-3, SRV-SVC-16.
 */
export type DestroyApi = [name?: ApiName];

/**
 * The arguments of `SERVER_ERROR`. Tells a client, and nobody else, that something it asked for
 * could not be done.
 *
 * Dialects v1 and v2. Clauses: SRV-CORE-F3, SRV-ROB-1.
 */
export type ServerError = [text: string];

/**
 * The arguments of `SERVER_PING`. Asks the new and the old connection of an overwritten client
 * id for a sign of life; the answers are only logged.
 *
 * Dialect v2. Clauses: SRV-CORE-14, CLI-CORE-2.
 */
export type ServerPing = [];

/**
 * The arguments of `MULTI_API_ADD_TARGET`. Another client added this one as its target.
 *
 * Dialect v1. Clauses: SRV-MSG-F1, CLI-MSG-F1, CLI-MSG-10.
 */
export type TargetAddedV1 = [source: ClientId | null];

/**
 * The arguments of `ADD_TARGET`. Another client added this one as its target.
 *
 * Dialect v2. Clauses: SRV-MSG-F1, CLI-MSG-F1, CLI-MSG-10.
 */
export type TargetAdded = [source: ClientId];

/**
 * The arguments of `MULTI_API_TARGET_DISCONNECT`. A client at the other end of a link left,
 * cleanly or not.
 *
 * Dialect v1. Clauses: SRV-MSG-2, SRV-MSG-F1, SRV-MSG-20, SRV-MSG-22, CLI-MSG-1.
 */
export type TargetDisconnectedV1 = [client: ClientId | null];

/**
 * The arguments of `TARGET_DISCONNECT`. A client at the other end of a link left, cleanly or
 * not.
 *
 * Dialect v2. Clauses: SRV-MSG-2, SRV-MSG-F1, SRV-MSG-20, SRV-MSG-22, CLI-MSG-1.
 */
export type TargetDisconnected = [client: ClientId];

/**
 * The arguments of `MULTI_API_CREATE_STREAM`. A peer, named by `sourceClientId`, asks to open a
 * stream.
 *
 * Dialect v1. Clauses: SRV-STR-4, SRV-STR-10, SRV-STR-11, CLI-STR-F2.
 */
export type StreamOfferedV1 = [info: StreamInfo];

/**
 * The arguments of `CREATE_STREAM`. A peer, or the server under a source id that ends in
 * `--server-side`, asks to open a stream.
 *
 * Dialect v2. Clauses: SRV-STR-4, SRV-STR-10, SRV-STR-11, SRV-STR-15, CLI-STR-F2.
 */
export type StreamOffered = [info: StreamInfo];

/**
 * The arguments of `CREATE_STREAM-CHANNEL-<channel>`. A peer or the server asks to open a
 * stream on a channel.
 *
 * Dialect v2. Clauses: SRV-STR-12, SRV-STR-4, SRV-STR-10, SRV-STR-11, CLI-STR-F2.
 */
export type StreamOfferedOnChannel = [info: StreamInfo];

/**
 * The arguments of `P2P_EMIT_STREAM-from-stream-<stream>`. A chunk of stream data from the peer
 * whose end has this id. One chunk is in flight per direction.
 *
 * Dialect v1. Clauses: SRV-STR-F1, CLI-STR-3, CLI-STR-10.
 */
export type StreamDataV1 = [source: ClientId, chunk: Payload];

/**
 * The arguments of `P2P_EMIT_STREAM-from-stream-<stream>`. A chunk of stream data from the peer
 * whose end has this id; null ends the direction. One chunk is in flight per direction.
 *
 * Dialect v2. Clauses: SRV-STR-F1, CLI-STR-3, CLI-STR-10, CLI-STR-11, SRV-STR-15.
 */
export type StreamDataV2 = [chunk: Payload];

/**
 * The arguments of `PEER_STREAM_DESTROYED`. The peer's end of a stream was destroyed; the
 * receiver destroys its own end and answers with the same event for it.
 *
 * Dialect v1. Clauses: CLI-STR-4, CLI-STR-12, SRV-STR-2.
 */
export type PeerStreamDestroyedV1 = [client: ClientId, stream: StreamId];

/**
 * The arguments of `PEER_STREAM_DESTROYED`. The peer's end of a stream was destroyed; the
 * receiver destroys its own end and answers with the same event for it.
 *
 * Dialect v2. Clauses: CLI-STR-4, CLI-STR-12, SRV-STR-2.
 */
export type PeerStreamDestroyedV2 = [stream: StreamId];

/**
 * The arguments of `SUBSCRIBE_TOPIC`. A peer asks this service for the publications of a topic;
 * a service that the server provides takes it before it is forwarded.
 *
 * Dialect v1. Clauses: SRV-SVC-F5, SRV-SVC-4, CLI-SVC-F1, CLI-SVC-F2.
 */
export type SubscribeTopic = [source: ClientId, client: ClientId, topic: TopicName];

/**
 * The arguments of `UNSUBSCRIBE_TOPIC`. A peer wants no more publications of a topic.
 *
 * Dialect v1. Clauses: SRV-SVC-F5, SRV-SVC-4, CLI-SVC-F1, CLI-SVC-F2.
 */
export type UnsubscribeTopic = [source: ClientId, client: ClientId, topic: TopicName];

/**
 * The arguments of `<room>-DEFAULT_TOPIC_EVENT`. A publication, sent to every member of the
 * topic's room except a publishing client.
 *
 * Dialect v1. Clauses: SRV-SVC-5, SRV-SVC-4, CLI-SVC-F2.
 */
export type TopicPublication = [...args: Payload[]];

/**
 * The arguments of `<room>-TOPIC_BEING_DESTROYED`. The topic ends and the receiver is no longer
 * a member of its room.
 *
 * Dialect v1. Clauses: SRV-SVC-3, SRV-SVC-5.
 */
export type TopicBeingDestroyed = [];

/**
 * The arguments of `<event>`. An application event: a message, a room message, the call of a
 * service, or the server application's own.
 *
 * Dialects v1 and v2. Clauses: SRV-MSG-10, SRV-MSG-11, SRV-MSG-12, SRV-MSG-15, CLI-MSG-2,
 * SRV-MSG-26, SRV-MSG-27.
 */
export type Forwarded = [...args: Payload[]];
