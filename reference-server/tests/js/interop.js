// Real clients exchange messages through the server at the URL given as argument.
//
// Every pair of client kinds is tried in both directions: socket.io-client 2 and
// 4, each on polling, on WebSocket, and upgrading from one to the other. On top
// of them runs the original client plugin. Nothing waits for time to pass: that
// something does not arrive is shown by a later message that does.
'use strict';

const assert = require('node:assert');
const { p2pClientPlugin } = require('@gigasource/socket.io-p2p-plugin');
const { KINDS, connect, cut, received, describe } = require('./clients');

const url = process.argv[2];
let names = 0;

/** A connected client with the original plugin on it. */
async function client(kind, role) {
  const id = `${role}-${kind.name}-${++names}`;
  const socket = await connect(url, kind, id);
  return p2pClientPlugin(socket, id);
}

/** Resolves with the arguments of an acknowledged message. */
function ask(from, to, event, ...args) {
  return new Promise((resolve) => from.emitTo(to.clientId, event, ...args, (...answer) => resolve(answer)));
}

/** Proves that everything sent to `to` so far has arrived. */
async function fence(from, to) {
  const name = `fence-${++names}`;
  const arrived = received(to, name);
  from.emitTo(to.clientId, name);
  await arrived;
}

async function messages(a, b) {
  const payload = [1, -0.5, null, true, 'é€😀', { nested: [{ deep: 'x' }] }, []];
  let arrived = received(b, 'json');
  a.emitTo(b.clientId, 'json', ...payload);
  assert.deepStrictEqual(await arrived, payload);

  const bytes = Buffer.from([0, 1, 127, 128, 255]);
  arrived = received(b, 'binary');
  a.emitTo(b.clientId, 'binary', bytes, { inside: [Buffer.from('hi'), Buffer.alloc(0)] });
  const [first, second] = await arrived;
  assert.ok(bytes.equals(Buffer.from(first)));
  assert.strictEqual(Buffer.from(second.inside[0]).toString(), 'hi');
  assert.strictEqual(second.inside[1].length ?? second.inside[1].byteLength, 0);

  const count = 200;
  const order = [];
  const last = new Promise((resolve) => b.on('order', (n) => order.push(n) === count && resolve()));
  for (let n = 0; n < count; n++) a.emitTo(b.clientId, 'order', n);
  await last;
  assert.deepStrictEqual(order, Array.from({ length: count }, (_, n) => n));
}

async function acks(a, b) {
  b.on('nothing', (ack) => ack());
  b.on('many', (x, ack) => { ack(x, Buffer.from('two'), null, { four: 4 }); ack('second ack'); });
  assert.deepStrictEqual(await ask(a, b, 'nothing'), []);
  const [x, two, three, four] = await ask(a, b, 'many', Buffer.from('one'));
  assert.strictEqual(Buffer.from(x).toString(), 'one');
  assert.strictEqual(Buffer.from(two).toString(), 'two');
  assert.deepStrictEqual([three, four], [null, { four: 4 }]);

  const error = received(a, 'SERVER_ERROR');
  a.emitTo('nobody', 'hello', () => assert.fail('an unknown target cannot answer'));
  assert.deepStrictEqual(await error, ['Error: Core: Client nobody is not connected to server']);
}

async function rooms(a, b, c) {
  const room = `room-${++names}`;
  await Promise.all([a, b].map((member) => new Promise((resolve) => member.joinRoom(room, resolve))));
  a.on('news', () => assert.fail('the sender is left out'));
  c.on('news', () => assert.fail('an outsider is left out'));
  let news = received(b, 'news');
  a.emitRoom(room, 'news', 1, Buffer.from('bin'));
  const [one, bin] = await news;
  assert.deepStrictEqual([one, Buffer.from(bin).toString()], [1, 'bin']);
  a.removeAllListeners('news');

  const heard = Promise.all([received(a, 'news'), received(b, 'news')]);
  c.emitRoom(room, 'news', 'from outside');
  assert.deepStrictEqual(await heard, [['from outside'], ['from outside']]);

  await new Promise((resolve) => b.leaveRoom(room, resolve));
  b.on('news', () => assert.fail('who has left is left out'));
  a.emitRoom(room, 'news', 2);
  await fence(a, b);
  await fence(a, c);
}

async function presence(a, b) {
  const ids = await a.getClientList();
  for (const id of [a.clientId, b.clientId]) assert.ok(ids.includes(id));
  assert.strictEqual(await a.isClientConnected(b.clientId), true);
  assert.strictEqual(await a.isClientConnected('nobody'), null);
}

async function targets(a, b, c) {
  const added = new Promise((resolve) => b.onAddP2pTarget(resolve));
  await a.addP2pTarget(b.clientId);
  assert.strictEqual(await added, a.clientId);
  await a.addP2pTarget(b.clientId);
  await assert.rejects(a.addP2pTarget('nobody'), (reason) => /nobody/.test(reason));

  // One notice for two links, and none for a client without a link.
  const notices = [];
  const told = new Promise((resolve) => b.onP2pTargetDisconnect((id) => { notices.push(id); resolve(); }));
  c.onP2pTargetDisconnect(() => assert.fail('a stranger is not told'));
  cut(a);
  await told;
  await fence(c, b);
  await fence(b, c);
  assert.deepStrictEqual(notices, [a.clientId]);
  assert.ok(!(await b.getClientList()).includes(a.clientId));
}

async function pair(kindOfA, kindOfB) {
  const [a, b, c] = await Promise.all([client(kindOfA, 'a'), client(kindOfB, 'b'), client(kindOfA, 'c')]);
  await presence(a, b);
  await messages(a, b);
  await acks(a, b);
  await rooms(a, b, c);
  for (const [socket, kind] of [[a, kindOfA], [b, kindOfB], [c, kindOfA]]) {
    assert.strictEqual(socket.io.engine.transport.name, kind.endsOn, `${kind.name} is on its transport`);
  }
  await targets(a, b, c);
  b.disconnect();
  c.disconnect();
}

async function duplicate() {
  const kind = KINDS.find(({ name }) => name === 'v4-websocket');
  const first = await client(kind, 'dup');
  let told;
  await connect(url, kind, first.clientId, (second) => {
    told = Promise.all([received(second, 'SERVER_ERROR'), received(second, 'disconnect')]);
  });
  const [[text], [reason]] = await told;
  assert.match(text, new RegExp(`Duplicated clientId ${first.clientId}`));
  assert.strictEqual(reason, 'io server disconnect');
  const ids = await first.getClientList();
  assert.strictEqual(ids.filter((id) => id === first.clientId).length, 1);
  first.disconnect();
}

async function main() {
  // The plugin reports every SERVER_ERROR there; this test provokes some.
  console.error = () => {};
  const failures = [];
  const attempt = async (name, body) => {
    try {
      await body();
    } catch (error) {
      failures.push(`${name}: ${error.stack}`);
    }
  };
  let pairs = 0;
  for (const kindOfA of KINDS) {
    await Promise.all(KINDS.map((kindOfB) => {
      pairs += 1;
      return attempt(`${kindOfA.name} to ${kindOfB.name}`, () => pair(kindOfA, kindOfB));
    }));
  }
  await attempt('duplicate client id', duplicate);
  if (failures.length > 0) {
    process.stdout.write(`${failures.join('\n')}\n`);
    process.exit(1);
  }
  process.stdout.write(`${pairs} pairs of clients understood each other\n`);
  process.exit(0);
}

process.on('unhandledRejection', (error) => { describe(error); process.exit(1); });
process.on('uncaughtException', (error) => { describe(error); process.exit(1); });
main();
