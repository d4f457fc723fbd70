// A server in front of a peer-to-peer server: for each client it connects there under the
// same id, and hands packets on in both directions. Whoever wants to look at them can.
//
// node gateway.js URL-OF-SERVER [PORT]

import { Server } from "socket.io";
import { io, type Socket } from "socket.io-client";
import type { ClientToServerEventsV2, ServerToClientEventsV2 } from "../index.js";

type Upstream = Socket<ServerToClientEventsV2, ClientToServerEventsV2>;

const [url = "http://127.0.0.1:3000", port = "0"] = process.argv.slice(2);
const server = new Server<ClientToServerEventsV2, ServerToClientEventsV2>(Number(port));

server.on("connection", (client) => {
  const { clientId } = client.handshake.query;
  const upstream: Upstream = io(url, { query: { clientId }, transports: ["websocket"] });

  client.on("ADD_TARGET", (target, ack) => {
    upstream.emit("ADD_TARGET", target, (...answer) => ack(...answer));
  });
  client.on("P2P_EMIT", (...message) => {
    upstream.emit("P2P_EMIT", ...message);
  });
  client.on("LIST_CLIENTS", (ack) => {
    upstream.emit("LIST_CLIENTS", ack);
  });
  client.on("disconnect", () => upstream.disconnect());

  upstream.on("ADD_TARGET", (source, ack) => client.emit("ADD_TARGET", source, ack));
  upstream.on("TARGET_DISCONNECT", (target) => client.emit("TARGET_DISCONNECT", target));
  upstream.on("SERVER_ERROR", (text) => client.emit("SERVER_ERROR", text));
  upstream.on("disconnect", () => client.disconnect());
});

server.httpServer.on("listening", () => {
  const address = server.httpServer.address();
  console.log(typeof address === "object" ? address?.port : address);
});
