// Streams of the original plugin through the server at the URL given as argument:
// socket.io-client 2 and 4 on both transports, each kind to each.
'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const { KINDS, cut, received } = require('./clients');
const { client, run } = require('./plugin');
const { exchange, open } = require('./bulk');

const url = process.argv[2];
const MIB = 1 << 20;

/** Resolves when a stream is closed; to be asked for before the cause. */
function closed(duplex) {
  return once(duplex, 'close');
}

async function bulk(a, b, bytes) {
  await exchange(await open(a, b), bytes);
}

/** Two streams in one direction and one in the other do not mix. */
async function several(a, b) {
  const streams = await Promise.all([open(a, b), open(a, b), open(b, a)]);
  await Promise.all(streams.map((ends, index) => exchange(ends, (index + 1) * 100_000)));
  // One that is destroyed leaves the other alone.
  const [[x, y], [otherX, otherY]] = await Promise.all([open(a, b), open(a, b)]);
  const gone = [closed(x), closed(y)];
  x.destroy();
  await Promise.all(gone);
  const arrived = once(otherY, 'data');
  otherX.write('still here');
  assert.strictEqual(String((await arrived)[0]), 'still here');
}

async function destruction(a, b) {
  for (const end of [0, 1]) {
    const ends = await open(a, b);
    const gone = ends.map(closed);
    ends[end].destroy();
    await Promise.all(gone);
  }
}

/** Arguments and their attachments reach the acceptor's handler. */
async function argumentsArrive(a, b) {
  const args = [1, 'two', { three: Buffer.from('three') }];
  const accepted = new Promise((resolve) => b.onAddP2pStream((_, given) => resolve(given)));
  await a.addP2pStream(b.clientId, args);
  const [one, two, { three }] = await accepted;
  assert.deepStrictEqual([one, two, String(Buffer.from(three))], [1, 'two', 'three']);
  b.offAddP2pStream();
}

async function refusals(a, b) {
  // This version has no way to refuse, but its opener understands a refusal.
  b.on('CREATE_STREAM-CHANNEL-refused', (_, ack) => ack('not today'));
  await assert.rejects(a.addP2pStream(b.clientId, 'refused', {}), (reason) => reason === 'not today');
  await assert.rejects(
    a.addP2pStream('nobody', 'channel', {}),
    (reason) => reason === 'Stream: Client nobody is not connected to server');
  // Nobody answers for a channel that is not there; the opener gives up by itself.
  await assert.rejects(
    a.addP2pStream(b.clientId, 'absent', { initStreamTimeout: 50 }), (reason) => /timeout/.test(reason));
}

/**
 * What an acceptor writes before its acceptance is known is never lost: in many
 * streams one after another, in many at once, and much of it in one.
 */
async function earlyData(a, b, rounds) {
  const texts = ['first', 'second', 'third'];
  const expectTexts = async ([x]) => {
    let got = '';
    x.on('data', (chunk) => { got += chunk; });
    while (got.length < texts.join('').length) await once(x, 'data');
    assert.strictEqual(got, texts.join(''));
  };
  const writeTexts = (duplex) => texts.forEach((text) => duplex.write(text));
  for (let n = 0; n < rounds; n++) await expectTexts(await open(a, b, writeTexts));
  await Promise.all(Array.from({ length: rounds }, async () => expectTexts(await open(a, b, writeTexts))));

  const numbers = Array.from({ length: rounds }, (_, n) => `${n},`);
  const [x] = await open(a, b, (duplex) => numbers.forEach((text) => duplex.write(text)));
  let got = '';
  x.on('data', (chunk) => { got += chunk; });
  while (got !== numbers.join('')) await once(x, 'data');

  // Nor does an end that is destroyed at once leave the other behind.
  const [lonely] = await open(a, b, (duplex) => { duplex.write('x'); duplex.destroy(); });
  if (!lonely.destroyed) await closed(lonely);
}

async function disconnection(a, b) {
  const [x] = await open(a, b);
  const [other] = await open(b, a);
  const gone = [closed(x), closed(other)];
  const error = received(a, 'SERVER_ERROR');
  cut(b);
  await Promise.all(gone);
  // The end that is left tells a peer that is not there.
  assert.deepStrictEqual(await error, [`Error: Core: Client ${b.clientId} is not connected to server`]);
}

async function pair(kindOfA, kindOfB) {
  const [a, b] = await Promise.all([client(url, kindOfA, 'a'), client(url, kindOfB, 'b')]);
  // Long polling carries the same packets, only more slowly.
  const fast = [kindOfA, kindOfB].every(({ name }) => name.endsWith('websocket'));
  const [bytes, rounds] = fast ? [10 * MIB, 50] : [MIB / 4, 10];
  await bulk(a, b, bytes);
  await several(a, b);
  await destruction(a, b);
  await argumentsArrive(a, b);
  await refusals(a, b);
  await earlyData(a, b, rounds);
  await earlyData(b, a, rounds);
  await disconnection(a, b);
  a.disconnect();
}

/** A client is a peer of itself like any other. */
async function alone(kind) {
  const a = await client(url, kind, 'alone');
  const ends = await open(a, a, (duplex) => duplex.write('early'));
  assert.strictEqual(String((await once(ends[0], 'data'))[0]), 'early');
  await exchange(ends, 100_000);
  a.disconnect();
}

const pairs = KINDS.flatMap((x) => KINDS.map((y) => [`${x.name} to ${y.name}`, () => pair(x, y)]));
run([...pairs, ...KINDS.map((kind) => [`${kind.name} to itself`, () => alone(kind)])]);
