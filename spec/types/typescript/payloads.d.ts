/**
 * Any value: JSON, and binary data (`Uint8Array`, `ArrayBuffer`, `Blob`) at any depth.
 *
 * Functions are none: they have `bind`.
 */
export type Payload =
  | string
  | number
  | boolean
  | null
  | readonly any[]
  | { readonly [member: string]: any; readonly bind?: never };

/** Why something was refused: any value that counts as true. */
export type Reason = string | number | true | object;

/** The id under which a client is known to its peers; any text but the empty one. */
export type ClientId = string;

/** The name of an application event; the empty text is a name too. */
export type EventName = string;

/** The name of a room. */
export type RoomName = string;

/** The id that one end of a stream chose for itself. */
export type StreamId = string;

/** The name under which an API is provided, dialect `v2`. */
export type ApiName = string;

/** The bare name of a topic, dialect `v1`. */
export type TopicName = string;

/** The channel that sorts stream requests at the acceptor, dialect `v2`. */
export type Channel = string;

/**
 * A message: who shall receive which event with which arguments. Client libraries put their own
 * id first in `args`.
 */
export interface MessageObject {
  /** The client that shall receive the event. */
  targetClientId: ClientId;
  /** The event that it receives. */
  event: EventName;
  /** The arguments of that event, passed on unchanged. */
  args: Arguments;
}

/** A stream as its opener sees it. Other members pass through unchanged. */
export interface StreamInfo {
  /** The stream id of the opener's end. */
  sourceStreamId: StreamId;
  /** The stream id of the acceptor's end. */
  targetStreamId: StreamId;
  /** The client that shall accept the stream. */
  targetClientId: ClientId;
  /** The client that opens the stream; set by the server, whatever the opener wrote. */
  sourceClientId?: ClientId | null;
  /** The channel by which the acceptor sorts requests, dialect v2 only. */
  channel?: Channel;
  /** Arguments of the opener for the acceptor, dialect v2 only. */
  argArray?: Arguments;
  /** Any other member is passed on. */
  [member: string]: any;
}

/** The arguments of an event, spread at the receiver and passed on unchanged. */
export type Arguments = readonly Payload[];

/** One room, or a list of rooms. */
export type Rooms = RoomName | readonly RoomName[];

/** The answer to a ping: a fixed text and the client's id. */
export type Greeting = `pong from client ${ClientId}`;
