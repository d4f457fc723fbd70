// A sender floods receivers that do not read, and two clients that have nothing to
// do with it measure what they notice.
//
//   node stall.js URL PID QUEUE_BYTES [SECONDS]
//
// URL and PID are those of a p2p-server on this machine that was started with
// `--set queue.bytes=QUEUE_BYTES`. Resident memory is read from /proc, where there
// is one. Flooder and receivers are a process of their own with the lowest priority:
// on another machine they would not compete for this one's cores.
//
// They still do, and so does what the system spends on their bytes. So there is a
// control: the same flooder floods a process that does nothing but read, while the
// two clients talk through the p2p-server as always. What they notice of a flood of
// the server beyond that is the server's doing. The phases take turns, so that what
// else the machine does concerns all of them alike.
'use strict';

const { fork } = require('node:child_process');
const { createHash } = require('node:crypto');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const { createRequire } = require('node:module');
const { setImmediate } = require('node:timers/promises');
const { KINDS, connect } = require('./clients');
const { client } = require('./plugin');

const MIB = 1 << 20;
const RECEIVERS = 4;
const MESSAGE = 64 << 10;
const LAST = os.constants.priority.PRIORITY_LOW;
const ROUNDS = 3;
const kind = KINDS.find(({ name }) => name === 'v4-websocket');

/** A client that joins and then takes nothing any more, until it is closed. */
async function stalled(WebSocket, url, id) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket&clientId=${id}`);
  await once(socket, 'message');
  socket.send('40');
  await once(socket, 'message');
  socket._socket.pause();
  return socket;
}

/** The child process: floods until it is told to stop, and counts. */
async function flood(url) {
  os.setPriority(LAST);
  const WebSocket = createRequire(require.resolve('socket.io-client-4'))('ws');
  const counts = { sent: 0, closed: 0 };
  let stopped = false;
  process.once('message', () => { stopped = true; });

  const source = await connect(url, kind, 'flooder');
  const text = 'x'.repeat(MESSAGE);
  // Who sends to a receiver that was closed is told so.
  const gone = new Set();
  source.on('SERVER_ERROR', (error) => gone.add(/Client (\S+) is not connected/.exec(error)[1]));
  const targets = await Promise.all(Array.from({ length: RECEIVERS }, async (_, n) => {
    const id = `stalled-${n}`;
    return { id, socket: await stalled(WebSocket, url, id) };
  }));
  process.send('ready');
  while (!stopped) {
    for (const target of targets) {
      source.emit('P2P_EMIT', target.id, 'flood', [text], null);
      counts.sent += 1;
    }
    await once(source.io.engine, 'drain');
    // What is written at once is reported at once; others must have their turn.
    await setImmediate();
    for (const target of targets.filter(({ id }) => gone.has(id))) {
      counts.closed += 1;
      target.socket.terminate();
      target.id = `stalled-${counts.closed}-again`;
      target.socket = await stalled(WebSocket, url, target.id);
    }
  }
  await new Promise((resolve) => process.send(counts, resolve));
}

/** The child process: accepts every connection, reads what comes, and does nothing. */
function sink() {
  os.setPriority(LAST);
  const frame = (text) => Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]);
  const server = http.createServer();
  server.on('upgrade', (request, socket) => {
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    socket.write(frame('0{"sid":"s","upgrades":[],"pingInterval":600000,"pingTimeout":600000}'));
    socket.on('error', () => {});
    // Whatever comes first is the request to join.
    socket.once('data', () => socket.write(frame('40{"sid":"s"}')));
    socket.resume();
  });
  server.listen(0, '127.0.0.1', () => process.send(`http://127.0.0.1:${server.address().port}`));
}

/** Resident memory of the server in bytes, if the system tells. */
function memory(pid) {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
  } catch {
    return NaN;
  }
}

/** Asks one question after the other until `deadline`; resolves with the times. */
async function roundTrips(a, b, seconds) {
  const times = [];
  const end = performance.now() + seconds * 1000;
  for (let start; (start = performance.now()) < end;) {
    const answer = await new Promise((resolve) => a.emitTo(b.clientId, 'ask', times.length, resolve));
    if (answer !== times.length) throw new Error(`answer ${answer} to question ${times.length}`);
    times.push(performance.now() - start);
  }
  return times;
}

const percentile = (times, p) => times[Math.floor((times.length - 1) * p)];
const mib = (bytes) => `${(bytes / MIB).toFixed(1)} MiB`;
const print = (line) => process.stdout.write(`${line}\n`);

/** Runs something while `url` is flooded; resolves with what it did and what the flooder did. */
async function during(url, what) {
  const flooder = fork(__filename, ['flood', url]);
  await once(flooder, 'message');
  const done = await what();
  flooder.send('stop');
  const [counts] = await once(flooder, 'message');
  await once(flooder, 'exit');
  return { done, counts };
}

async function main(url, pid, queueBytes, seconds) {
  const bare = fork(__filename, ['sink']);
  const [sinkUrl] = await once(bare, 'message');
  const [a, b] = await Promise.all([client(url, kind, 'a'), client(url, kind, 'b')]);
  b.on('ask', (n, ack) => ack(n));
  await roundTrips(a, b, 1);
  const before = memory(pid);
  let peak = 0;
  let closed = 0;
  const sent = { control: 0, flood: 0 };
  const times = { quiet: [], control: [], flood: [] };
  const turn = seconds / ROUNDS;
  for (let round = 0; round < ROUNDS; round += 1) {
    times.quiet.push(...await roundTrips(a, b, turn));

    const control = await during(sinkUrl, () => roundTrips(a, b, turn));
    times.control.push(...control.done);
    sent.control += control.counts.sent;

    const sampling = setInterval(() => { peak = Math.max(peak, memory(pid)); }, 20);
    const flood = await during(url, () => roundTrips(a, b, turn));
    clearInterval(sampling);
    times.flood.push(...flood.done);
    sent.flood += flood.counts.sent;
    closed += flood.counts.closed;
  }
  bare.kill();
  await roundTrips(a, b, 1);
  const after = memory(pid);

  for (const phase of Object.values(times)) phase.sort((x, y) => x - y);
  for (const [phase, to] of [['flood', 'the server'], ['control', 'a process that only reads']]) {
    print(`${phase}: ${sent[phase]} messages of ${MESSAGE} bytes to ${to} in ${seconds} s, ${mib(sent[phase] * MESSAGE / seconds)}/s`);
  }
  print(`receivers that do not read: ${RECEIVERS} at a time, ${closed} closed`);
  print('');
  print('others           quiet    control      flood   flood/quiet   flood/control');
  const row = (name, p) => {
    const [quiet, control, flood] = ['quiet', 'control', 'flood'].map((phase) => percentile(times[phase], p));
    const cells = [quiet, control, flood].map((ms) => `${ms.toFixed(3).padStart(8)} ms`).join('');
    print(`${name.padEnd(10)} ${cells} ${(flood / quiet).toFixed(2).padStart(13)} ${(flood / control).toFixed(2).padStart(15)}`);
  };
  row('p50', 0.5);
  row('p99', 0.99);
  row('p99.9', 0.999);
  const answers = Object.values(times).map((phase) => String(phase.length).padStart(11)).join('');
  print(`answers   ${answers}   all, in order`);
  print('');
  print(`server memory: ${mib(before)} before, ${mib(peak)} at most, ${mib(after)} after`);
  print(`bound of the queues: ${RECEIVERS} x ${mib(queueBytes)} = ${mib(RECEIVERS * queueBytes)}`);
  if (peak - before > 2 * RECEIVERS * queueBytes) throw new Error('the memory is beyond the bound');
  if (closed === 0) throw new Error('no receiver was closed');
}

if (process.argv[2] === 'flood') {
  flood(process.argv[3]).then(() => process.exit(0));
} else if (process.argv[2] === 'sink') {
  sink();
} else {
  const [url, pid, queueBytes, seconds = '10'] = process.argv.slice(2);
  main(url, pid, Number(queueBytes), Number(seconds))
    .then(() => process.exit(0), (error) => { print(error.stack); process.exit(1); });
}
