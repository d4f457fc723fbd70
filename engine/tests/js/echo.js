// Every message comes back as it was sent, in order, and each once: node echo.js URL PATH
// A client that upgrades sends all the while, so that messages wait at that moment.
'use strict';

require('./page');
const assert = require('assert');
const { close, connect, events, main } = require('./clients');

/** Messages of every sort but the empty text, which clients tell as undefined. The lengths are those at which a frame changes its form. */
const MESSAGES = [
  'hello', '€ 😀 \u2028 \u0000', 'line\nbreak, \\n and \\', '"quoted" & 100%+',
  ...[125, 126, 5_000, 65_535, 65_536, 200_000].map((length) => 'é'.repeat(length / 2)),
  ...[0, 1, 125, 126, 5_000, 65_536, 200_000].map((length) => Buffer.alloc(length, 'binary')),
  Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
];

/** The two are equal, whatever the client makes of binary data. */
function same(got, sent, which) {
  assert.strictEqual(typeof got === 'string', typeof sent === 'string', `the type of message ${which}`);
  if (typeof sent === 'string') assert.strictEqual(got, sent, `message ${which}`);
  else assert.ok(Buffer.from(got).equals(sent), `message ${which}`);
}

main(async (kind) => {
  const [, , url, path] = process.argv;
  const sent = [];
  let seen = 0;
  let failed;
  let done = () => {};
  const socket = await connect(kind, url, path, {
    message: (got) => {
      try { same(got, sent[seen], seen); } catch (error) { failed = failed || error; }
      seen += 1;
      if (seen === sent.length) done();
    },
  });
  const send = (message) => { sent.push(message); socket.send(message); };
  if (kind.way === 'upgrade') {
    let upgraded = false;
    events(socket, 'upgrade').then(() => { upgraded = true; });
    // Each message is sent when another has come back, so this takes no time of its own.
    for (let number = 0; !upgraded || number < 100; number += 1) {
      send(`before or after the upgrade, ${number}`);
      if (number % 7 === 0) await events(socket, 'message');
    }
    assert.strictEqual(socket.transport.name, 'websocket');
  }
  const all = new Promise((resolve) => { done = resolve; });
  MESSAGES.forEach(send);
  await all;
  if (failed) throw failed;
  assert.strictEqual(seen, sent.length);
  if (kind.way !== 'upgrade') assert.strictEqual(socket.transport.name, kind.way);
  await close(socket);
});
