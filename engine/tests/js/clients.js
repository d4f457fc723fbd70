// The official clients, and what they are asked to do.
'use strict';

const { Socket } = require('engine.io-client');
const open3 = require('engine.io-client-3');

/** Every way to connect, by name. */
const KINDS = [
  ...['polling', 'websocket', 'upgrade'].flatMap((way) => [
    { name: `v3-${way}`, way, open: (url, options) => open3(url, options) },
    { name: `v4-${way}`, way, open: (url, options) => new Socket(url, options) },
  ]),
  { name: 'v3-jsonp', way: 'polling', open: (url, options) => open3(url, { ...options, forceJSONP: true }) },
];

/** The transports of a way to connect. */
const TRANSPORTS = { polling: ['polling'], websocket: ['websocket'], upgrade: ['polling', 'websocket'] };

/** Connects. `events` holds what listens from the first moment on. Any failure ends the process. */
function connect(kind, url, path, events = {}) {
  return new Promise((resolve) => {
    const socket = kind.open(url, { path, transports: TRANSPORTS[kind.way] });
    for (const [name, listener] of Object.entries(events)) socket.on(name, listener);
    socket.on('open', () => resolve(socket));
    for (const name of ['error', 'close']) {
      socket.on(name, (reason) => {
        if (socket.leaving) return;
        console.error(`FAILED ${kind.name}:`, name, reason);
        process.exit(1);
      });
    }
  });
}

/** Closes a connection, and waits until it is closed. */
function close(socket) {
  socket.leaving = true;
  const closed = events(socket, 'close');
  socket.close();
  return closed;
}

/** Resolves with the arguments of the event that makes `count` of them. */
function events(socket, name, count = 1) {
  return new Promise((resolve) => {
    socket.on(name, (...values) => { count -= 1; if (count === 0) resolve(values); });
  });
}

/** Runs a test with each kind of client, and ends the process. */
async function main(test) {
  setTimeout(() => { console.error('hangs'); process.exit(1); }, 30_000);
  for (const kind of KINDS) {
    try {
      await test(kind);
      console.log(`ok ${kind.name}`);
    } catch (error) {
      console.error(`FAILED ${kind.name}:`, error);
      process.exit(1);
    }
  }
  process.exit(0);
}

module.exports = { close, connect, events, main };
