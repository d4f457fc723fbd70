// Targets that leave in the moment in which they are added, by clients of the
// original plugin whose applications catch nothing. On the original the request is
// never answered, and the notice comes. An answer that refuses would end this process.
// Run with `--unhandled-rejections=strict` as: race.js URL [ROUNDS]
'use strict';

const assert = require('node:assert');
const p2pClientPlugin = require('@gigasource/socket.io-p2p-plugin/src/p2p-client-plugin');

const [url, rounds = '40'] = process.argv.slice(2);
const packages = ['socket.io-client', 'socket.io-client-4'];
/** How long all connections are quiet before a race. */
const QUIET_MS = 200;

const transports = [['websocket'], ['polling', 'websocket']];

/** The same, once it has settled on its last transport. */
function connected(client, upgrades) {
  return new Promise((resolve, reject) => {
    client.once('connect_error', reject);
    client.once('connect', () => {
      const { engine } = client.io;
      if (!upgrades || engine.transport.name === 'websocket') resolve(client);
      else engine.once('upgrade', () => resolve(client));
    });
  });
}

function connect(io, clientId, transports) {
  const socket = io(url, { forceNew: true, transports, query: { clientId } });
  const client = p2pClientPlugin(socket, clientId);
  return connected(client, transports.length > 1);
}

/** Resolves when the server has handled what the client has sent, and has told it all. */
const fence = (client) => new Promise((resolve) => client.emit('LIST_CLIENTS', resolve));

/**
 * Resolves when a client sends at once what it is told to send. It waits for a tick of
 * its own after each packet, in which another client would be faster.
 */
async function writable({ io: { engine } }) {
  while (!engine.transport.writable || engine.writeBuffer.length > 0) {
    await new Promise((resolve) => { setImmediate(resolve); });
  }
}

/** Resolves when a client is listed no longer. */
async function gone(client, id) {
  while ((await fence(client)).includes(id)) { /* its leaving is on its way */ }
}

/** Four clients that are connected and have nothing under way. */
async function quartet(io, prefix, list) {
  const clients = await Promise.all(['a', 'b', 'c', 'd']
    .map((name) => connect(io, `${prefix}-${name}`, list)));
  // An upgrade is over for the server, too, when it has handled what came after it.
  await Promise.all(clients.map(fence));
  await Promise.all(clients.map(writable));
  return clients;
}

/** The race of one quartet. Its packets are sent before this returns. */
async function race([a, b, c, d], request) {
  const left = [];
  let answered = 0;
  a.onP2pTargetDisconnect((id) => left.push(id));
  request(a, b.clientId, () => { answered += 1; });
  for (const client of [b, c, d]) client.disconnect();
  for (const client of [b, c, d]) await gone(a, client.clientId);
  assert.deepStrictEqual(left, [b.clientId], 'one notice, of the one that was added');
  assert.strictEqual(answered, 0, 'nobody has answered the request');
  a.disconnect();
}

const requests = {
  // Nobody catches: that is the point.
  target: (client, id, answered) => { client.addP2pTarget(id).then(answered); },
  'target with callback': (client, id, answered) => client.addP2pTarget(id, answered),
  stream: (client, id, answered) => client.addP2pStream(id, {}, answered),
};

async function main() {
  for (const name of packages) {
    for (const list of transports) {
      for (const [what, request] of Object.entries(requests)) {
        const numbers = [...Array(Number(rounds)).keys()];
        const quartets = await Promise.all(numbers
          .map((i) => quartet(require(name), `${name}-${list[0]}-${what}-${i}`, list)));
        // The operating system tells the server which connection has news, not in which
        // order single packets came. So none has any other when the race begins.
        await new Promise((resolve) => { setTimeout(resolve, QUIET_MS); });
        await Promise.all(quartets.map((clients) => race(clients, request)));
      }
    }
  }
}

main().then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
