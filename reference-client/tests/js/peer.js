// A client of the original plugin that does what a test tells it to.
//
//   node peer.js URL CLIENT_ID SOCKETIO_VERSION [DIALECT]
//
// Prints {"ready":true} once connected. Every line on stdin is a JSON string of JavaScript: the
// body of an async function with `p` (the plugin's socket; in dialect v1 see v1.js), `out`
// (prints {"said": value}), `keep` (an object that lives as long as the peer), `hear` (prints the
// arguments of every message of that name, in both dialects without their source) and `require`.
// Its result is printed as {"did": value}, an exception as {"failed": text}. Buffers are printed as
// {"$bin": base64}.
'use strict';

const readline = require('node:readline');

const [url, id, version, dialect = 'v2'] = process.argv.slice(2);
// The plugin's client alone: its index loads a Redis client as well, in every process.
const plugin = require(
  dialect === 'v1' ? './v1' : '@gigasource/socket.io-p2p-plugin/src/p2p-client-plugin',
);
const io = require(version === '4' ? 'socket.io-client-4' : 'socket.io-client');

// Chrome and Node hand out buffers of different classes; all of them are bytes.
function plain(value) {
  if (Buffer.isBuffer(value)) return { $bin: value.toString('base64') };
  if (value instanceof ArrayBuffer) return { $bin: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(plain);
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  }
  return value === undefined ? null : value;
}
const print = (line) => process.stdout.write(`${JSON.stringify(plain(line))}\n`);

const socket = io(url, {
  transports: ['websocket'],
  query: { clientId: id },
});
const p = plugin(socket, id);
const keep = {};
const out = (value) => print({ said: value });
const hear = (event) =>
  p.on(event, (...args) => out(dialect === 'v1' ? args.slice(1) : args));

socket.once('connect', () => print({ ready: true }));
const AsyncFunction = (async () => {}).constructor;
readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  try {
    const body = new AsyncFunction('p', 'out', 'keep', 'hear', 'require', JSON.parse(line));
    print({ did: await body(p, out, keep, hear, require) });
  } catch (error) {
    print({ failed: String((error && error.message) || error) });
  }
}).on('close', () => process.exit(0));
