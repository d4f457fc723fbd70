// Streams of any size through a server, in both dialects and both directions at
// once, with the hashes of what was written and what was read compared.
//
//   node bulk.js URL MIB [PATTERN]
//
// runs every pair of kinds of clients whose line matches the pattern, a regular
// expression, for example `v2 .*websocket to .*websocket`.
'use strict';

const assert = require('node:assert');
const crypto = require('node:crypto');
const { once } = require('node:events');
const { KINDS } = require('./clients');
const { client, run, unique } = require('./plugin');
const { Peer, openStream } = require('./dialect-v1');

const MIB = 1 << 20;
const CHUNK = 64 << 10;

/** Opens a stream of the plugin from a to b and resolves with both ends. */
async function open(a, b, inHandler = () => {}) {
  const channel = unique('channel');
  const accepted = new Promise((resolve) => {
    b.onAddP2pStream(channel, (duplex, ...args) => {
      inHandler(duplex, ...args);
      resolve(duplex);
    });
  });
  const opened = await a.addP2pStream(b.clientId, channel, {});
  return [opened, await accepted];
}

/** Writes random bytes, chunk by chunk; resolves with their hash. */
async function writeRandom(bytes, write) {
  const hash = crypto.createHash('sha256');
  for (let sent = 0; sent < bytes; sent += CHUNK) {
    const chunk = crypto.randomBytes(Math.min(CHUNK, bytes - sent));
    hash.update(chunk);
    await write(chunk);
  }
  return hash.digest('hex');
}

/** Writes and ends. The end must wait: the plugin lets it overtake what is queued. */
async function send(duplex, bytes) {
  const hash = await writeRandom(bytes, (chunk) => new Promise((resolve, reject) => {
    duplex.write(chunk, (error) => (error ? reject(error) : resolve()));
  }));
  duplex.end();
  return hash;
}

/** Reads to the end; resolves with the hash of what came, and how much. */
async function receive(duplex) {
  const hash = crypto.createHash('sha256');
  let bytes = 0;
  duplex.on('data', (chunk) => {
    hash.update(chunk);
    bytes += chunk.length;
  });
  await once(duplex, 'end');
  return [hash.digest('hex'), bytes];
}

/** Both ends of a stream of the plugin send and receive at the same time. */
async function exchange([x, y], bytes) {
  const [sentX, sentY, gotX, gotY] = await Promise.all([
    send(x, bytes), send(y, bytes), receive(x), receive(y),
  ]);
  assert.deepStrictEqual(gotY, [sentX, bytes]);
  assert.deepStrictEqual(gotX, [sentY, bytes]);
}

/** The same in dialect v1, which has no end marker. */
async function exchangeV1(a, b, bytes) {
  const [x, y] = await openStream(a, b);
  const [sentX, sentY, gotX, gotY] = await Promise.all([
    writeRandom(bytes, (chunk) => x.write(chunk)), writeRandom(bytes, (chunk) => y.write(chunk)),
    x.read(bytes), y.read(bytes),
  ]);
  assert.deepStrictEqual([gotX, gotY], [sentY, sentX]);
}

async function pairV1(url, kindOfA, kindOfB, bytes) {
  const [a, b] = await Promise.all([Peer.open(url, kindOfA, 'a'), Peer.open(url, kindOfB, 'b')]);
  await exchangeV1(a, b, bytes);
  for (const peer of [a, b]) peer.socket.disconnect();
}

async function pairV2(url, kindOfA, kindOfB, bytes) {
  const [a, b] = await Promise.all([client(url, kindOfA, 'a'), client(url, kindOfB, 'b')]);
  await exchange(await open(a, b), bytes);
  for (const socket of [a, b]) socket.disconnect();
}

module.exports = { open, exchange, exchangeV1 };

if (require.main === module) {
  const [url, mib, pattern = ''] = process.argv.slice(2);
  const tests = Object.entries({ v1: pairV1, v2: pairV2 }).flatMap(([dialect, pair]) =>
    KINDS.flatMap((x) => KINDS.map((y) => [
      `dialect ${dialect}, ${x.name} to ${y.name}, ${mib} MiB each way`,
      () => pair(url, x, y, mib * MIB),
    ])));
  // Nothing hangs as long as its size allows.
  run(tests.filter(([name]) => new RegExp(pattern).test(name)), 120_000 + mib * 60_000 * tests.length);
}
