/**
 * Types of the Socket.IO peer-to-peer protocol, for the generics of socket.io and
 * socket.io-client.
 *
 * A client of dialect v2 is a `Socket<ServerToClientEventsV2 & AppEvents,
 * ClientToServerEventsV2>`, where `AppEvents` are the events of your application; a server has
 * them the other way round. The types hold what is sent; what has to be taken beside that is in
 * the schemas below `accept/`.
 */
export type * from "./payloads.js";
export type * from "./acks.js";
export type * from "./events.js";
export type * from "./v1.js";
export type * from "./v2.js";
