// A driver of the original JavaScript client 1.12.1, as spec/driver.md describes it.
//
//   node driver.js 2   or   node driver.js 4: on which generation of socket.io-client
'use strict';
const p2pClientPlugin = require('@gigasource/socket.io-p2p-plugin/src/p2p-client-plugin');
const generation = process.argv[2] === '4' ? 4 : 2;
const library = generation === 4 ? 'socket.io-client-4' : 'socket.io-client';
const io = require(library);

let socket = null; // the connection, with the methods of the plugin
let leaving = false; // it is we who end it
const listeners = new Map(); // name -> [event, function]
const requests = new Map(); // name -> function that answers
const streams = new Map(); // name -> duplex
let count = 0; // for names of requests and accepted streams

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const tell = (event, members) => say({ event, ...members });

// Binary data is {"$bin": base64} on both ways; what only looks so has one more $.
const looksBinary = (object) => {
  const [[key, value] = [], more] = Object.entries(object);
  return !more && typeof value === 'string' && /^\$+bin$/.test(key);
};
function toWire(value) {
  if (Buffer.isBuffer(value) || value instanceof Uint8Array || value instanceof ArrayBuffer) {
    return { $bin: Buffer.from(value).toString('base64') };
  }
  if (Array.isArray(value)) return value.map(toWire);
  if (value && typeof value === 'object') {
    const more = looksBinary(value) ? '$' : '';
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [more + k, toWire(v)]));
  }
  return value === undefined ? null : value;
}
function fromWire(value) {
  if (Array.isArray(value)) return value.map(fromWire);
  if (value && typeof value === 'object') {
    const less = looksBinary(value) ? 1 : 0;
    if (less && '$bin' in value) return Buffer.from(value.$bin, 'base64');
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k.slice(less), fromWire(v)]));
  }
  return value;
}

/** A function that reports what a listener received. */
const reporter = (listener) => (...args) => {
  const line = { listener };
  if (typeof args[args.length - 1] === 'function') {
    line.request = `r${++count}`;
    requests.set(line.request, args.pop());
  }
  tell('received', { ...line, args: args.map(toWire) });
};

const open = (duplex) => { if (duplex.destroyed) throw new Error('the stream is gone'); return duplex; };
/** Reports what happens to a stream. */
function watch(stream, duplex) {
  streams.set(stream, duplex);
  let closed = false; // the plugin says it twice
  duplex.on('data', (chunk) => tell('data', { stream, data: toWire(Buffer.from(chunk)) }));
  duplex.on('end', () => tell('ended', { stream }));
  duplex.on('close', () => {
    if (!closed && !duplex.destroyedByUs) tell('closed', { stream });
    closed = true;
  });
}

function connect({ url, client_id, transport, reconnect, path, headers, query, auth }) {
  leaving = false;
  const transports = { websocket: ['websocket'], polling: ['polling'] }[transport];
  socket = io(url, {
    query: { clientId: client_id, ...query },
    ...(path && { path }),
    ...(headers && { extraHeaders: headers }),
    ...(auth && { auth }),
    forceNew: true,
    reconnection: Boolean(reconnect),
    reconnectionDelay: 50,
    ...(transports && { transports }),
  });
  p2pClientPlugin(socket, client_id);
  socket.on('SERVER_ERROR', (text) => tell('server_error', { text: String(text) }));
  // The plugin does not check the id that it is told.
  socket.onAddP2pTarget((client) => tell('target_added', { client: String(client) }));
  socket.onP2pTargetDisconnect((client) => tell('target_left', { client: String(client) }));
  socket.on('disconnect', (reason) => leaving || tell('disconnected', { reason }));
  return new Promise((resolve, reject) => {
    let before = false;
    const refused = (error) => reject(new Error(error.message || String(error)));
    // Socket.IO 2 says `error` when the server refuses, Socket.IO 4 `connect_error`.
    socket.on('error', refused);
    socket.on('connect_error', refused);
    socket.on('connect', () => {
      if (before) tell('connected');
      before = true;
      resolve();
    });
  });
}

const commands = {
  connect,
  disconnect: () => void ((leaving = true), socket.close()),
  emit: ({ to, event, args }) => socket.emitTo(to, event, ...args) && null,
  request: ({ to, event, args }) =>
    new Promise((resolve) => socket.emitTo(to, event, ...args, (...ack) => resolve(toWire(ack)))),
  listen({ listener, event, once, from }) {
    if (from) throw new Error('unsupported');
    listeners.set(listener, [event, reporter(listener)]);
    socket[once ? 'once' : 'on'](event, listeners.get(listener)[1]);
  },
  unlisten: ({ listener }) => void socket.off(...listeners.get(listener)),
  answer: ({ request, args }) => void requests.get(request)(...args),
  add_target: ({ to }) => socket.addP2pTarget(to),
  join_room: ({ room }) => new Promise((done) => socket.joinRoom(room, () => done())),
  leave_room: ({ room }) => new Promise((done) => socket.leaveRoom(room, () => done())),
  emit_room: ({ room, event, args }) => void socket.emitRoom(room, event, ...args),
  clients: () => socket.getClientList(),
  async open_stream({ stream, to, channel }) {
    watch(stream, await (channel ? socket.addP2pStream(to, channel) : socket.addP2pStream(to, {})));
  },
  accept_streams: () =>
    socket.onAddP2pStream((duplex) => {
      const stream = `in${++count}`;
      tell('stream_opened', { stream, from: duplex.targetClientId });
      watch(stream, duplex);
    }),
  write: ({ stream, data }) => new Promise((ok) => open(streams.get(stream)).write(data, () => ok())),
  end: ({ stream }) => void streams.get(stream).end(),
  destroy: ({ stream }) => void Object.assign(streams.get(stream), { destroyedByUs: true }).destroy(),
  // The plugin does not say when, or whether, an API is provided.
  provide: ({ listener, api }) => void socket.provideService(api, reporter(listener)),
  withdraw: ({ api }) => void socket.destroyService(api),
  call: ({ api, args }) =>
    new Promise((resolve) => socket.emitService(api, ...args, (...ack) => resolve(toWire(ack)))),
};

require('node:readline')
  .createInterface({ input: process.stdin })
  .on('line', async (line) => {
    const { id, do: what, ...members } = JSON.parse(line);
    if (what === 'exit') return process.stdout.write(`{"id":${id},"ok":null}\n`, () => process.exit(0));
    try {
      if (!commands[what]) throw new Error('unsupported');
      say({ id, ok: (await commands[what](fromWire(members))) ?? null });
    } catch (error) {
      say({ id, error: String((error && error.message) || error) });
    }
  });

say({
  driver: 'original JavaScript client',
  version: `1.12.1 on socket.io-client ${require(`${library}/package.json`).version}`,
  protocol: 1,
  dialects: ['v2'],
  eio: [generation === 4 ? 4 : 3],
  transports: ['websocket', 'polling', 'upgrade'],
  can: ['room', 'clients', 'stream', 'service', 'reconnect'],
});
