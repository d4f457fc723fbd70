// What does not compile. An expected error that does not come is an error, too.

import { io, type Socket } from "socket.io-client";
import { Server } from "socket.io";
import type {
  ClientToServerEventsV1,
  ClientToServerEventsV2,
  ServerToClientEventsV1,
  ServerToClientEventsV2,
} from "./index.js";

interface AppEvents {
  greeting: (text: string) => void;
}

declare const v1: Socket<ServerToClientEventsV1 & AppEvents, ClientToServerEventsV1>;
declare const v2: Socket<ServerToClientEventsV2 & AppEvents, ClientToServerEventsV2>;
declare const server: Server<ClientToServerEventsV2, ServerToClientEventsV2>;
void io;
void Server;

export async function right(): Promise<void> {
  v2.emit("P2P_EMIT", "bob", "hello", [1, { deep: new Uint8Array(3) }], null);
  v2.emit("P2P_EMIT", "bob", "sum", [2, 3], (...answer) => void answer.length);
  v2.emit("EMIT_ROOM", "lobby", "news", 1, { k: "v" });
  v2.emit("USE_API", "resize", new Uint8Array(3), 200);
  v2.emit("USE_API", "resize", 1, (...answer) => void answer[0]);
  v2.emit("DESTROY_API");
  v2.emit("JOIN_ROOM", ["lobby", "games"], (done) => void (done satisfies null));
  const reason = await v2.emitWithAck("ADD_TARGET", "bob");
  void reason;
  const clients: string[] = await v2.emitWithAck("LIST_CLIENTS");
  void clients;
  v2.on("P2P_EMIT_STREAM-from-stream-SA", (chunk, ack) => {
    void chunk;
    ack?.("cannot write");
  });
  v2.on("CREATE_STREAM-CHANNEL-files", (info, ack) => ack(info.channel === "files" ? undefined : "no"));
  v2.on("SERVER_PING", (ack) => ack("pong from client alice"));
  v2.on("greeting", (text) => void text.length);
  v1.on("service:news:topic:prices-DEFAULT_TOPIC_EVENT", (...values) => void values.length);
  v1.emit("P2P_EMIT", { targetClientId: "bob", event: "hello", args: ["alice"] });
  v1.emit("JOIN_ROOM", "CLIENT_SUBSCRIBE_TOPIC", "bob", "room", (reason) => void reason);
  server.on("connection", (client) => {
    client.emit("TARGET_DISCONNECT", "bob");
    client.emit("P2P_EMIT_STREAM-from-stream-SA", [1], () => {});
    client.on("CHECK_API_NAME", (name, ack) => ack(name === "resize"));
  });
}

export function wrong(): void {
  // @ts-expect-error a target is a text
  v2.emit("ADD_TARGET", 5, () => {});
  // @ts-expect-error it is answered by its ack
  v2.emit("ADD_TARGET", "bob");
  // @ts-expect-error null or a function stands behind the arguments
  v2.emit("P2P_EMIT", "bob", "hello", []);
  // @ts-expect-error the arguments are a list
  v2.emit("P2P_EMIT", "bob", "hello", "text", null);
  // @ts-expect-error nobody answers a room message
  v2.emit("EMIT_ROOM", "lobby", "news", () => {});
  // @ts-expect-error an event of dialect v1
  v2.emit("MULTI_API_ADD_TARGET", "bob", () => {});
  // @ts-expect-error a message of dialect v2
  v1.emit("P2P_EMIT", "bob", "hello", [], null);
  // @ts-expect-error one room or a list of them
  v2.emit("JOIN_ROOM", { room: "lobby" }, null);
  // @ts-expect-error a stream has two ends
  v2.emit("CREATE_STREAM", { sourceStreamId: "SA", targetClientId: "bob" }, () => {});
  // @ts-expect-error the answer is a boolean
  v2.emit("CHECK_API_NAME", "resize", (exists: string) => void exists);
  // @ts-expect-error no such event
  v2.on("TARGET_DISCONNECTED", () => {});
  // @ts-expect-error it greets with the client's id
  v2.on("SERVER_PING", (ack) => ack("hello"));
  // @ts-expect-error a reason counts as true
  v2.on("ADD_TARGET", (_source, ack) => ack(false));
  // @ts-expect-error an event of the application takes a text
  v2.on("greeting", (text: number) => void text);
  server.on("connection", (client) => {
    // @ts-expect-error the client that left is named
    client.emit("TARGET_DISCONNECT");
    // @ts-expect-error the answer is a boolean
    client.on("CHECK_API_NAME", (_name, ack) => ack("yes"));
  });
}
