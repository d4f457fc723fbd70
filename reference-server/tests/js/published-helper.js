// Loaded by mocha before the client test files of the published plugin. Those
// files are run as npm installs them; only the helper that starts their server is
// replaced, so that their clients talk to p2p-server.
//
// The tests suppose two things that a busy machine does not keep. They wait for fixed
// times: each wait here is as long as it was, and then goes on until nothing is under
// way any more. And what one client sends is to be handled before another leaves,
// though they have a connection each: a client that leaves here lets those go first
// who have asked for something. No wait is shorter, and no assertion weaker.
//
// P2P_WAITS    `published`: nothing but the server is replaced, for a quiet machine
// P2P_SERVERS  URLs of running servers, separated by commas: one for each file
// P2P_CLIENT   the package that stands for `socket.io-client`, if not that one
'use strict';

const dns = require('node:dns');
const Module = require('node:module');

const PLUGIN = '@gigasource/socket.io-p2p-plugin';

const servers = process.env.P2P_SERVERS.split(',').map((url) => new URL(url));
const clientPackage = process.env.P2P_CLIENT ?? 'socket.io-client';
const asPublished = process.env.P2P_WAITS === 'published';
const helper = require.resolve(`${PLUGIN}/test/mocha/common.js`);
const serverPlugin = require.resolve(`${PLUGIN}/src/p2p-server-plugin.js`);

// The helper's clients connect to `localhost`, and p2p-server listens on 127.0.0.1.
dns.setDefaultResultOrder('ipv4first');

const load = Module._load;
let substitute;

Module._load = function loadWithSubstitutes(request, parent, isMain) {
  if (request === 'socket.io-client') return load(clientPackage, module, false);
  const filename = request.startsWith('.') && Module._resolveFilename(request, parent);
  // Nothing of the original server may run by mistake.
  if (filename === serverPlugin) return () => { throw new Error('the original server is not to be used'); };
  if (filename !== helper) return load(request, parent, isMain);
  substitute ??= substituteFor(load(request, parent, isMain));
  return substitute;
};

/** The helper with another server; its clients and their ends stay its own. */
function substituteFor(original) {
  let port;
  return {
    ...original,
    startServer() {
      const server = servers.shift();
      if (!server) throw new Error('more servers are asked for than P2P_SERVERS names');
      port = server.port;
    },
    // Whoever started the servers ends them.
    stopServer() {},
    startClients(count, serverPort) {
      const started = original.startClients(count, serverPort ?? port);
      for (const client of asPublished ? [] : started) {
        client.io.on('packet', () => { packets += 1; });
        leaveInTurn(client);
      }
      clients.push(...started);
      return started;
    },
    async wait(ms) {
      await original.wait(ms);
      if (asPublished) return;
      waits = waits.then(() => Promise.race([settled(), original.wait(PATIENCE_MS)]));
      await waits;
    },
    startServiceClients() { throw new Error('it starts clients on a port of its own'); },
    getCurrentServerPort: () => port,
  };
}

/** Has a client leave after what others have asked for has reached the server. */
function leaveInTurn(client) {
  const [disconnect, destroy] = [client.disconnect, client.destroy].map((end) => end.bind(client));
  let turn;
  let goes;
  const gone = new Promise((resolve) => { goes = resolve; });
  departures.set(client, gone);
  const leave = () => { goes(); return disconnect(); };
  client.disconnect = () => {
    const asking = clients.filter((other) => other !== client && other.connected
      && Object.keys(other.acks).length > 0);
    if (asking.length === 0) return leave();
    turn = Promise.all(asking.map(list)).then(leave);
    leaving.push(turn);
    return client;
  };
  client.destroy = () => { if (turn) turn.then(destroy); else destroy(); };
}

/**
 * Resolves with a listing when the server has handled what the client has sent so
 * far, or with nothing if it leaves meanwhile.
 */
function list(client) {
  const listed = new Promise((resolve) => client.emit('LIST_CLIENTS', resolve));
  return Promise.race([listed, departures.get(client).then(() => [])]);
}

/** What is under way after this long will not come. */
const PATIENCE_MS = 20_000;

const clients = [];
const departures = new Map();
const leaving = [];
let packets = 0;
let waits = Promise.resolve();

/**
 * Resolves when all clients that were started have been connected, the server lists
 * those that still are, and nothing comes for any of them any more. What one client
 * has sent before the first round has come for another before the second ends.
 */
async function settled() {
  for (const client of clients.filter(({ fresh = true }) => fresh)) {
    if (!client.connected) await new Promise((resolve) => client.once('connect', resolve));
    client.fresh = false;
  }
  await Promise.all(leaving.splice(0));
  for (let quietRounds = 0; quietRounds < 2;) {
    const before = packets;
    const there = clients.filter(({ connected }) => connected);
    const ids = there.map(({ clientId }) => clientId).sort();
    const lists = await Promise.all(there.map(list));
    const known = lists.every((listed) => listed.sort().join() === ids.join());
    quietRounds = known && packets === before + there.length ? quietRounds + 1 : 0;
  }
}
