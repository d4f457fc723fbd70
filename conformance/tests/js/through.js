// Tells one story by real clients and prints everything that they see, one JSON line each.
//
//   node through.js URL VERSION TRANSPORTS     VERSION: 2 or 4; TRANSPORTS: polling,websocket
//
// The packages are those of the reference server's tests (NODE_PATH).
'use strict';

const { createHash } = require('node:crypto');

const [url, version, transports] = process.argv.slice(2);
const { io } = { 2: () => ({ io: require('socket.io-client') }), 4: () => require('socket.io-client-4') }[version]();

/** What a value is, binary by length and hash. */
function shown(value) {
  if (Buffer.isBuffer(value) || value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
    const bytes = Buffer.from(value.buffer ?? value, value.byteOffset ?? 0, value.byteLength);
    return `${bytes.length} bytes ${createHash('sha256').update(bytes).digest('hex')}`;
  }
  if (Array.isArray(value)) return value.map(shown);
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, shown(v)]));
  return value;
}

const seen = (who, what, args) => console.log(JSON.stringify([who, what, shown(args)]));

function client(id) {
  const options = { query: { clientId: id, token: 's3cret' }, transports: transports.split(','), forceNew: true, reconnection: false };
  if (version === '4') options.auth = { token: 's3cret', plain: 1 };
  const socket = io(url, options);
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket));
    socket.once('connect_error', reject);
  });
}

/** Waits until a client that may upgrade has done so, so that both carriers are used. */
async function upgraded(socket) {
  const engine = socket.io.engine;
  if (transports !== 'polling,websocket' || engine.transport.name === 'websocket') return;
  await new Promise((resolve) => engine.once('upgrade', resolve));
}

const acked = (socket, ...args) => new Promise((resolve) => socket.emit(...args, (...answer) => resolve(answer)));

(async () => {
  const a = await client('a');
  const b = await client('b');
  b.on('echo', (...all) => {
    const ack = all.pop();
    seen('b', 'echo', all);
    ack(...all, Buffer.from('and back'));
  });
  const big = Buffer.alloc(200000, 7);
  for (const when of ['before the upgrade', 'after it']) {
    for (const args of [[when, 1, { k: [null, true, 'ünï \u{1f600}'] }], [Buffer.from([0, 1, 254, 255]), { deep: [Buffer.alloc(0), 'x'] }], [big, 'y'.repeat(50000)], []]) {
      seen('a', 'ack', await acked(a, 'P2P_EMIT', 'b', 'echo', args));
    }
    await upgraded(a);
    await upgraded(b);
  }
  const told = new Promise((resolve) => a.once('SERVER_ERROR', resolve));
  a.emit('P2P_EMIT', 'nobody', 'e', [], null);
  seen('a', 'SERVER_ERROR', [await told]);
  seen('a', 'list', await acked(a, 'LIST_CLIENTS'));
  b.on('ADD_TARGET', (source, ack) => ack());
  await acked(a, 'ADD_TARGET', 'b');
  const left = new Promise((resolve) => b.once('TARGET_DISCONNECT', resolve));
  a.disconnect();
  await left;
  b.disconnect();
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
