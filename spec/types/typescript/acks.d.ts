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

/** The function that answers an event, by the argument list of its answer. */
export type Ack<Answer extends unknown[]> = (...answer: Answer) => void;

/**
 * Whatever the addressed peer answered: any number of arguments, verbatim.
 *
 * Dialects v1 and v2. Clauses: SRV-CORE-F6, SRV-CORE-4, SRV-CORE-F2, SRV-CORE-F3, SRV-MSG-10,
 * SRV-MSG-11, SRV-MSG-12, SRV-MSG-13, SRV-MSG-14, SRV-MSG-15, SRV-MSG-18, SRV-ROB-3,
 * SRV-CORE-F5, SRV-MSG-23, SRV-SVC-12, SRV-SVC-1, SRV-SVC-2, SRV-SVC-16, CLI-MSG-2, SRV-MSG-26,
 * SRV-MSG-27.
 */
export type ForwardedAck = [...args: Payload[]];

/**
 * The answer to a request to be a target: empty, or the reason of a refusal.
 *
 * - The target took note.
 * - The target refused, or is not connected.
 *
 * Dialects v1 and v2. Clauses: SRV-MSG-1, SRV-MSG-2, SRV-MSG-3, SRV-MSG-F1, SRV-MSG-19,
 * SRV-MSG-21, SRV-MSG-24, SRV-MSG-25, CLI-MSG-F1, CLI-MSG-10.
 */
export type AddTargetAck = [reason?: Reason];

/**
 * The answer to a stream request: empty, or the reason of a refusal.
 *
 * - The stream is open.
 * - The target refused, is not listening, or is not connected.
 *
 * Dialects v1 and v2. Clauses: SRV-STR-1, SRV-STR-3, SRV-STR-4, SRV-STR-10, SRV-STR-11,
 * SRV-STR-13, SRV-STR-16, SRV-STR-12, CLI-STR-F2, SRV-STR-15.
 */
export type CreateStreamAck = [reason?: Reason];

/**
 * Empty when the room was joined; one argument if it was not.
 *
 * - The room was joined.
 * - It was not; the original's only reason is an empty object.
 *
 * Dialect v1. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21, SRV-SVC-5.
 */
export type JoinRoomV1Ack = [reason?: Reason];

/**
 * An ack that says "done" with one null.
 *
 * Dialect v2. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21.
 */
export type NullAck = [done: null];

/**
 * An ack that only says "done": no arguments.
 *
 * Dialect v1. Clauses: SRV-CORE-F7, SRV-CORE-4, SRV-CORE-19, SRV-CORE-21, SRV-SVC-3.
 */
export type EmptyAck = [];

/**
 * One array with the ids of all connected clients, each once.
 *
 * Dialects v1 and v2. Clauses: SRV-CORE-10, SRV-CORE-1, SRV-CORE-2, SRV-CORE-11.
 */
export type ListClientsAck = [clients: ClientId[]];

/**
 * True for a connected client, null for one that is not.
 *
 * Dialect v2. Clause: SRV-CORE-12.
 */
export type ConnectedStatusAck = [connected: true | null];

/**
 * Whether the API exists.
 *
 * Dialect v2. Clauses: SRV-SVC-10, SRV-SVC-3, SRV-ROB-4.
 */
export type CheckApiNameAck = [exists: boolean];

/**
 * A greeting that names the client.
 *
 * Dialect v2. Clauses: SRV-CORE-14, CLI-CORE-2.
 */
export type PongAck = [greeting: Greeting];

/**
 * The answer to a chunk of stream data: empty once the next chunk may come.
 *
 * - The chunk was taken; the next one may be sent.
 * - The chunk could not be written; the writer destroys its end.
 *
 * Dialects v1 and v2. Clauses: SRV-STR-F1, CLI-STR-3, CLI-STR-10, CLI-STR-11, SRV-STR-15.
 */
export type StreamDataAck = [reason?: Reason];

/**
 * The answer to a subscription: empty, or the reason of a refusal.
 *
 * - The subscription was taken.
 * - It was not: the topic name is empty, or the subscriber is not connected.
 *
 * Dialect v1. Clauses: SRV-SVC-F5, SRV-SVC-4, CLI-SVC-F1, CLI-SVC-F2.
 */
export type SubscribeTopicAck = [reason?: Reason];
