// A server beside other routes of an application: every kind of client sends to
// every other, and a plain route answers as well. With `own`, the application has an
// event of its own, too. `node mounted.js URL [own]`
'use strict';

const assert = require('node:assert');
const http = require('node:http');
const { KINDS, connect, received, describe } = require('./clients');

const [url, own] = process.argv.slice(2);

/** The body of a plain page of the application. */
function page(path) {
  return new Promise((resolve, reject) => {
    http.get(url + path, (answer) => {
      let body = '';
      answer.on('data', (piece) => { body += piece; });
      answer.on('end', () => resolve(`${answer.statusCode} ${body}`));
    }).on('error', reject);
  });
}

/** Events of the application are answered by it; those of nobody by nobody. */
async function ownEvents(socket) {
  const complaint = (text) => { throw new Error(text); };
  socket.on('SERVER_ERROR', complaint);
  socket.emit('nobody listens', 1);
  const echoed = await new Promise((resolve) => {
    socket.emit('application:echo', 'hello', resolve);
  });
  assert.deepStrictEqual(echoed, 'hello');
  socket.off('SERVER_ERROR', complaint);
}

async function main() {
  for (const source of KINDS) {
    for (const target of KINDS) {
      const a = await connect(url, source, `a-${source.name}`);
      const b = await connect(url, target, `b-${target.name}`);
      assert.strictEqual(await page('/clients'), '200 2');
      const arrived = received(b, 'bytes');
      a.emit('P2P_EMIT', `b-${target.name}`, 'bytes', [Buffer.from([1, 2])], null);
      const [bytes] = await arrived;
      assert.deepStrictEqual(Buffer.from(bytes), Buffer.from([1, 2]));
      b.on('ask', (n, answer) => answer(n + 1));
      const answer = await new Promise((resolve) => {
        a.emit('P2P_EMIT', `b-${target.name}`, 'ask', [1], resolve);
      });
      assert.strictEqual(answer, 2);
      if (own) await ownEvents(a);
      const left = [a, b].map((socket) => received(socket, 'disconnect'));
      a.disconnect();
      b.disconnect();
      await Promise.all(left);
      while (await page('/clients') !== '200 0');
    }
  }
  assert.strictEqual(await page('/nowhere'), '404 ');
  assert.strictEqual(await page('/'), '200 a plain page');
}

main().then(() => process.exit(0), (error) => { describe(error); process.exit(1); });
