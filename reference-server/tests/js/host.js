// A server that provides APIs, services, topics and streams itself, at the URL given
// as argument: socket.io-client 2 and 4 on every transport, with the original plugin,
// and in the packets of dialect v1. What the server does is in tests/program/host.rs
// and in the examples.
'use strict';

const assert = require('node:assert');
const crypto = require('node:crypto');
const { once } = require('node:events');
const { KINDS, connect, received } = require('./clients');
const { Peer, topicName } = require('./dialect-v1');
const { ask, client, run, unique } = require('./plugin');

const url = process.argv[2];
const KIB = 1 << 10;

/** Calls an API through the plugin and resolves with the answer. */
function call(socket, api, ...args) {
  return new Promise((resolve) => socket.emitService(api, ...args, (...answer) => resolve(answer)));
}

async function apis(a) {
  assert.deepStrictEqual(await call(a, 'add', 1, 2.5), [3.5]);
  // A client whose request stays unanswered is told by an event, not by its callback.
  const error = received(a, 'SERVER_ERROR');
  a.emitService('add', 'one', () => assert.fail('there is no answer'));
  assert.deepStrictEqual(await error, ['Error: unknown-api: nobody provides an API called `add`']);
  const refused = new Promise((resolve) => a.provideService('add', assert.fail, resolve));
  assert.strictEqual(await refused, 'Duplicated API name: add');
  a.destroyAllServices();
  assert.deepStrictEqual(await call(a, 'add', 4), [4]);
}

async function services(kind) {
  const a = await Peer.open(url, kind, 'caller');
  const calculator = { clientId: 'calculator' };
  assert.deepStrictEqual(await a.askTo(calculator, 'add', 1, 2), [3]);
  const error = a.next('SERVER_ERROR');
  a.emitTo(calculator, 'subtract', 1);
  assert.deepStrictEqual(await error, ["Error: Could not find target client 'calculator' socket"]);
  a.socket.disconnect();
}

async function topics(kind) {
  const [a, b] = await Promise.all([Peer.open(url, kind, 'reader'), Peer.open(url, kind, 'former')]);
  const news = { clientId: 'news' };
  const room = topicName('news', 'arrivals');
  for (const who of [a, b]) {
    assert.deepStrictEqual(await who.askTo(news, 'SUBSCRIBE_TOPIC', who.clientId, 'arrivals'), []);
  }
  // In the words of the library, which names the topic by its room.
  b.emitTo(news, 'UNSUBSCRIBE_TOPIC', b.clientId, room);
  await b.fence(b);
  b.socket.on(`${room}-DEFAULT_TOPIC_EVENT`, () => assert.fail('it has unsubscribed'));
  const published = a.next(`${room}-DEFAULT_TOPIC_EVENT`);
  const c = await Peer.open(url, kind, 'newcomer');
  assert.deepStrictEqual(await published, [c.clientId]);
  await b.fence(a);
  for (const { socket } of [a, b, c]) socket.disconnect();
}

async function presence(kind) {
  const ids = [unique(`early-${kind.name}`), unique(`late-${kind.name}`)];
  const welcomed = (socket, name) => new Promise((resolve) => {
    socket.once('welcome', (others, ack) => { ack(name); resolve(others); });
  });
  let others;
  const early = await connect(url, kind, ids[0], (socket) => { others = welcomed(socket, 'Early'); });
  assert.ok((await others).includes(ids[0]));
  // The ack is on its way to a server that puts the client into a room after it.
  while (!(await roomHas(early, kind))) { /* asked again */ }
  const arrived = received(early, 'arrived');
  const late = await connect(url, kind, ids[1], (socket) => { welcomed(socket, 'Late'); });
  assert.deepStrictEqual(await arrived, ['Late']);
  for (const socket of [early, late]) socket.disconnect();
}

/** Whether a client is in the lobby, asked by a message from outside of it. */
async function roomHas(member, kind) {
  const name = unique('probe');
  let got = false;
  member.once(name, () => { got = true; });
  const outsider = await connect(url, kind, unique('outsider'));
  await ask(outsider, 'EMIT_ROOM', 'lobby', name);
  await ask(member, 'LIST_CLIENTS');
  outsider.disconnect();
  member.removeAllListeners(name);
  return got;
}

/** A stream from the server, which ends when both have said so. */
async function echo(a, kilobytes) {
  const opened = new Promise((resolve) => a.onAddP2pStream('echo', resolve));
  a.emitService('open echo');
  const duplex = await opened;
  const [sent, got] = [crypto.createHash('sha256'), crypto.createHash('sha256')];
  const ended = once(duplex, 'end');
  let bytes = 0;
  duplex.on('data', (data) => { got.update(data); bytes += data.length; });
  for (let n = 0; n < kilobytes; n += 64) {
    const chunk = Buffer.from(crypto.randomBytes(32 * KIB).toString('hex'));
    sent.update(chunk.toString().toUpperCase());
    await new Promise((resolve) => duplex.write(chunk, resolve));
  }
  duplex.end();
  await ended;
  assert.strictEqual(bytes, Math.ceil(kilobytes / 64) * 64 * KIB);
  assert.strictEqual(got.digest('hex'), sent.digest('hex'));
}

/** Opens a stream to oneself; resolves with it, its arguments, and how it will end. */
async function watched(a, mode, inHandler) {
  const channel = unique('watched');
  const accepted = new Promise((resolve) => {
    a.onAddP2pStream(channel, (duplex, args) => {
      inHandler(duplex);
      resolve([duplex, args]);
    });
  });
  const outcome = call(a, 'watch', channel, mode);
  return [...await accepted, outcome];
}

async function ends(a) {
  // Written before it is accepted; text, a list of bytes, and several in a row.
  const [one, args, outcome] = await watched(a, 'read', (duplex) => duplex.write('early'));
  assert.deepStrictEqual(args, ['read', 2]);
  assert.strictEqual(String((await once(one, 'data'))[0]), 'early');
  for (const chunk of ['a', Buffer.from('b'), 'ü']) await new Promise((resolve) => one.write(chunk, resolve));
  // Much more than the server's end wants to have unread.
  await new Promise((resolve) => one.write('x'.repeat(5_000), resolve));
  one.end('last');
  assert.deepStrictEqual(await outcome, [`abü${'x'.repeat(5_000)}last`]);

  const [two, , destroyed] = await watched(a, 'destroy', (duplex) => duplex.write('12345'));
  if (!two.destroyed) await once(two, 'close');
  assert.deepStrictEqual(await destroyed, ['destroyed by the server']);

  const [three, , reset] = await watched(a, 'read', (duplex) => duplex.write('12345'));
  await once(three, 'data');
  three.destroy();
  assert.deepStrictEqual(await reset, ['error: the client has destroyed the stream']);
}

/** A client that leaves in the middle of a stream loses it, and nobody else does. */
async function leaving(a, kind) {
  const b = await client(url, kind, 'leaving');
  const [duplex] = await watched(b, 'read', (end) => end.write('12345'));
  await once(duplex, 'data');
  b.disconnect();
  await echo(a, 64);
}

async function all(kind) {
  const a = await client(url, kind, 'a');
  // Nothing that the server says goes unheard, not even the echo of the end of a
  // stream (DEV-18).
  const errors = [];
  a.on('SERVER_ERROR', (text) => errors.push(text));
  await apis(a);
  await services(kind);
  await topics(kind);
  await presence(kind);
  await echo(a, kind.name.endsWith('websocket') ? 2_048 : 128);
  await Promise.all([echo(a, 64), ends(a)]);
  await leaving(a, kind);
  await ask(a, 'LIST_CLIENTS');
  assert.deepStrictEqual(errors.length, 1, errors);
  a.disconnect();
}

run(KINDS.map((kind) => [kind.name, () => all(kind)]));
