// The server is as its options say, and a client that stays for some heartbeats is kept:
// node heartbeat.js URL PATH INTERVAL TIMEOUT PAYLOAD
'use strict';

require('./page');
const assert = require('assert');
const { close, connect, events, main } = require('./clients');

main(async (kind) => {
  const [, , url, path, ...numbers] = process.argv;
  let greeting;
  const socket = await connect(kind, url, path, { handshake: (data) => { greeting = data; } });
  const { pingInterval, pingTimeout, maxPayload } = greeting;
  assert.deepStrictEqual([pingInterval, pingTimeout, maxPayload], numbers.map(Number));
  await events(socket, 'pong', 3);
  socket.send('still there');
  const [message] = await events(socket, 'message');
  assert.strictEqual(message, 'still there');
  await close(socket);
});
