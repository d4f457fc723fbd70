// Two clients find each other by their ids and talk. The first may come through a gateway.
//
// node client.js URL-OF-ALICE [URL-OF-BOB]

import { io, type Socket } from "socket.io-client";
import type { ClientToServerEventsV2, ServerToClientEventsV2 } from "../index.js";

/** The events of this application. */
interface AppEvents {
  sum: (left: number, right: number, ack: (total: number) => void) => void;
  bye: () => void;
}

type Client = Socket<ServerToClientEventsV2 & AppEvents, ClientToServerEventsV2>;

async function connected(url: string, clientId: string): Promise<Client> {
  const client: Client = io(url, { query: { clientId }, transports: ["websocket"] });
  await new Promise<void>((resolve, reject) => {
    client.on("connect", resolve);
    client.on("connect_error", reject);
  });
  return client;
}

const [near = "http://127.0.0.1:3000", far = near] = process.argv.slice(2);
const [alice, bob] = await Promise.all([connected(near, "alice"), connected(far, "bob")]);

bob.on("ADD_TARGET", (source, ack) => {
  console.log(`${source} added bob`);
  ack();
});
bob.on("sum", (left, right, ack) => ack(left + right));
alice.on("TARGET_DISCONNECT", (client) => {
  console.log(`${client} left`);
  alice.disconnect();
});
bob.on("bye", () => bob.disconnect());

alice.emit("ADD_TARGET", "bob", (reason) => {
  if (reason !== undefined) throw new Error(String(reason));
  alice.emit("P2P_EMIT", "bob", "sum", [20, 22], (...answer) => {
    console.log("the sum is", ...answer);
    alice.emit("P2P_EMIT", "bob", "bye", [], null);
  });
});
