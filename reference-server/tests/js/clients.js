// The kinds of client that the server has to get on with.
'use strict';

const io2 = require('socket.io-client');
const { io: io4 } = require('socket.io-client-4');

const TRANSPORTS = {
  polling: { transports: ['polling'], endsOn: 'polling' },
  websocket: { transports: ['websocket'], endsOn: 'websocket' },
  upgrade: { transports: ['polling', 'websocket'], endsOn: 'websocket' },
};

/** Socket.IO 2 and 4, each on every transport. */
const KINDS = [['v2', io2], ['v4', io4]].flatMap(([version, io]) =>
  Object.entries(TRANSPORTS).map(([transport, { transports, endsOn }]) => ({
    name: `${version}-${transport}`, io, transports, endsOn,
  })));

/**
 * Opens a connection and resolves when it is in the default namespace. Events
 * may arrive in the same breath; `prepare` can listen for them before.
 */
function connect(url, kind, clientId, prepare = () => {}) {
  const socket = kind.io(url, {
    query: { clientId }, transports: kind.transports, forceNew: true, reconnection: false,
  });
  prepare(socket);
  return new Promise((resolve, reject) => {
    socket.on('connect_error', reject);
    socket.on('connect', () => resolve(socket));
  });
}

/** Ends a connection as abruptly as the transport allows that it is on now. */
function cut(socket) {
  const { engine } = socket.io;
  if (engine.transport.ws) engine.transport.ws.terminate();
  else engine.close();
}

/** Resolves with the arguments of the next such event. */
function received(socket, event) {
  return new Promise((resolve) => socket.once(event, (...args) => resolve(args)));
}

function describe(error) {
  process.stdout.write(`${error && error.stack ? error.stack : error}\n`);
}

module.exports = { KINDS, connect, cut, received, describe };
