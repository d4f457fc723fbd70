// What the original plugin's client makes of answers that its own server does not give.
// Each case runs in a process of its own with `--unhandled-rejections=strict` and as an
// application that catches nothing. Prints what it saw; `ANSWERS.md` of the server has the table.
//
// Run as: answers.js GROUP URL, for a server with the settings of the group
'use strict';

const { spawn } = require('node:child_process');
const p2pClientPlugin = require('@gigasource/socket.io-p2p-plugin/src/p2p-client-plugin');

// The cases share a server, so what has a name there is this process's own.
const own = `-${process.pid}`;
const [ROOM, API, TAKEN] = ['r', 'api', 'taken'].map((name) => name + own);

const packages = ['socket.io-client', 'socket.io-client-4'];

/** Does one thing as an application would. The kit connects, and waits for the server. */
const groups = {
  // No settings.
  default: {
    'unknown target, promise': async ({ a }) => { a.addP2pTarget('nobody').then(a.saw); },
    'unknown target, callback': async ({ a }) => a.addP2pTarget('nobody', a.saw),
    'target leaves, promise': async ({ a, b, left }) => { a.addP2pTarget(b.clientId).then(a.saw); await left(b); },
    'target leaves, callback': async ({ a, b, left }) => { a.addP2pTarget(b.clientId, a.saw); await left(b); },
    'acceptor leaves, promise': async ({ a, b, left }) => { a.addP2pStream(b.clientId, {}).then(a.saw); await left(b); },
    'acceptor leaves, callback': async ({ a, b, left }) => { a.addP2pStream(b.clientId, {}, (duplex) => duplex.on('data', a.saw)); await left(b); },
    'target of a message leaves': async ({ a, b, left }) => { a.emitTo(b.clientId, 'ask', a.saw); await left(b); },
    'provider leaves': async ({ a, b, left, fence }) => {
      b.provideService(API, () => {});
      await fence(b); await fence(b);
      a.emitService(API, a.saw);
      await fence(a); await fence(a); await left(b);
    },
    'no client id, promise': async ({ nameless, b }) => { nameless.addP2pTarget(b.clientId).then(nameless.saw); },
    'no client id, unknown target': async ({ nameless }) => { nameless.addP2pTarget('nobody').then(nameless.saw); },
    'no client id, stream': async ({ nameless, b }) => { nameless.addP2pStream(b.clientId, {}, (duplex) => duplex.on('data', nameless.saw)); },
    'room, callback': async ({ a }) => { a.joinRoom(ROOM, a.saw); a.leaveRoom(ROOM, a.saw); },
    'message to a room, callback': async ({ a }) => a.emitRoom(ROOM, 'e', 1, a.saw),
    // `b` does not ask first, or has asked when there was no such API.
    'API of another': async ({ a, b, fence }) => { a.emit('CREATE_API', TAKEN); await fence(a); b.emit('CREATE_API', TAKEN); },
    'reserved name': async ({ a, b }) => a.emitTo(b.clientId, 'disconnect', a.saw),
  },
  // policy.ack_timeout_ms and policy.stream_open_timeout_ms are short.
  timeouts: {
    'target never answers': async ({ a, b, told }) => { a.addP2pTarget(b.clientId).then(a.saw); await told(a); },
    'acceptor never answers, promise': async ({ a, b, told }) => { a.addP2pStream(b.clientId, {}).then(a.saw); await told(a); },
    'acceptor never answers, callback': async ({ a, b, told }) => { a.addP2pStream(b.clientId, {}, (duplex) => duplex.on('data', a.saw)); await told(a); },
    'message never answered': async ({ a, b, told }) => { a.emitTo(b.clientId, 'ask', a.saw); await told(a); },
  },
  // policy.pending_acks, policy.links and policy.streams are 1.
  limits: {
    'too many acks': async ({ a, b }) => { a.addP2pTarget(b.clientId).then(a.saw); a.emitTo(b.clientId, 'ask', a.saw); },
    'too many targets, promise': async ({ a, b, c }) => { a.addP2pTarget(b.clientId, () => {}); a.addP2pTarget(c.clientId).then(a.saw); },
    'too many targets, callback': async ({ a, b, c }) => { a.addP2pTarget(b.clientId, () => {}); a.addP2pTarget(c.clientId, a.saw); },
    'too many streams, promise': async ({ a, b }) => { a.addP2pStream(b.clientId, {}, () => {}); a.addP2pStream(b.clientId, {}).then(a.saw); },
    'too many streams, callback': async ({ a, b }) => { a.addP2pStream(b.clientId, {}, () => {}); a.addP2pStream(b.clientId, {}, a.saw); },
  },
  // The rules of the preset `strict`.
  rules: {
    'list of clients': async ({ a }) => { a.getClientList().then(a.saw); },
    'message to a room from outside': async ({ a, b, fence }) => {
      b.joinRoom(ROOM); b.on('e', b.saw);
      await fence(b);
      a.emitRoom(ROOM, 'e', 1);
    },
    'message to a room from inside': async ({ a, b, fence }) => {
      b.joinRoom(ROOM); b.on('e', b.saw); a.joinRoom(ROOM);
      await fence(b);
      a.emitRoom(ROOM, 'e', 1);
    },
    'presence of one client': async ({ a, b }) => { a.isClientConnected(b.clientId).then(a.saw); },
    'message, target, service': async ({ a, b, fence }) => {
      b.on('ask', (answer) => answer('yes')); b.onAddP2pTarget(() => {}); b.provideService(API, (answer) => answer('api'));
      await fence(b); await fence(b);
      a.emitTo(b.clientId, 'ask', a.saw);
      a.addP2pTarget(b.clientId).then(() => a.saw('added'));
      const called = new Promise((resolve) => { a.emitService(API, (answer) => resolve(a.saw(answer))); });
      await called;
    },
    'stream of 1 MB': async ({ a, b, fence }) => {
      let bytes = 0;
      const ended = new Promise((resolve) => {
        b.onAddP2pStream({}, (duplex) => duplex.on('data', (data) => { bytes += data.length; }).on('end', resolve));
      });
      const duplex = await a.addP2pStream(b.clientId, {});
      for (let i = 0; i < 64; i += 1) await new Promise((next) => { duplex.write(Buffer.alloc(16384), next); });
      duplex.end();
      await ended;
      a.saw(bytes);
      await fence(a);
    },
    'message of 300 kB': async ({ a, b, ended }) => { a.emitTo(b.clientId, 'e', 'x'.repeat(300_000)); await ended(a); },
    'client without id': async ({ nameless }) => { nameless.getClientList().then(nameless.saw); },
  },
};

function connect(io, url, clientId, seen) {
  const socket = io(url, { forceNew: true, transports: ['websocket'], query: clientId ? { clientId } : {} });
  const client = p2pClientPlugin(socket, clientId);
  const name = clientId ? clientId[0] : 'nameless';
  const note = (what) => seen.push(`${name} ${what}`);
  client.saw = (...args) => note(`is called with ${JSON.stringify(args.map((value) => (
    value instanceof require('node:stream').Duplex ? '<stream>' : value)))}`);
  client.on('SERVER_ERROR', (text) => note(`logs ${String(text).replaceAll(own, '')}`));
  client.on('TARGET_DISCONNECT', (id) => note(`is told that ${id[0]} has left`));
  return new Promise((resolve, reject) => {
    client.once('connect_error', reject);
    client.once('connect', () => {
      client.on('disconnect', () => note('is disconnected'));
      resolve(client);
    });
  });
}

async function child(group, url, name, packageName) {
  // The plugin logs each `SERVER_ERROR`; here they are part of what is seen.
  console.error = () => {};
  const seen = [];
  const io = require(packageName);
  const [a, b, c] = await Promise.all(['a', 'b', 'c']
    .map((id) => connect(io, url, `${id}${own}`, seen)));
  const nameless = await connect(io, url, undefined, seen);
  const clients = [a, b, c, nameless];
  // Asked of the server itself and acked by it: all that came before has been handled.
  const fence = (client) => new Promise((resolve) => {
    client.emit('GET_CLIENT_CONNECTED_STATUS', 'x', resolve);
  });
  const until = async (condition) => { while (!condition()) await new Promise((r) => { setTimeout(r, 5); }); };
  const kit = {
    a, b, c, nameless, fence,
    left: async (client) => {
      await fence(a);
      client.disconnect();
      await until(() => !client.connected);
      let there = true;
      while (there) there = await new Promise((r) => { a.emit('GET_CLIENT_CONNECTED_STATUS', client.clientId, r); });
    },
    told: (client) => until(() => seen.some((line) => line.startsWith(`${client.clientId[0]} logs`))),
    ended: (client) => until(() => !client.connected),
  };
  await groups[group][name](kit);
  for (const client of clients.filter(({ connected }) => connected)) await fence(client);
  for (const client of clients.filter(({ connected }) => connected)) await fence(client);
  seen.sort();
  process.stdout.write(seen.filter((line) => line !== 'b is disconnected').join('; ') || 'nothing');
  process.exit(0);
}

function play(group, url, name, packageName) {
  return new Promise((resolve) => {
    const node = spawn(process.execPath, ['--unhandled-rejections=strict', __filename, group, url, name, packageName]);
    let out = ''; let err = '';
    node.stdout.on('data', (data) => { out += data; });
    node.stderr.on('data', (data) => { err += data; });
    node.on('close', (code) => {
      const reason = err.match(/with the reason "(.*)"\./) ?? err.match(/^(\w*Error.*)$/m);
      const text = (reason ?? ['', err])[1].replaceAll(`-${node.pid}`, '');
      resolve(code === 0 ? `lives: ${out}` : `ends: ${text}`);
    });
  });
}

async function main([group, url, name, packageName]) {
  if (name) return child(group, url, name, packageName);
  for (const one of Object.keys(groups[group])) {
    const [outcome, other] = await Promise.all(packages.map((client) => play(group, url, one, client)));
    console.log(`${one}\n  ${outcome}`);
    if (other !== outcome) console.log(`  with ${packages[1]} ${other}`);
  }
  return undefined;
}

main(process.argv.slice(2));
