// A sender floods receivers that do not read, and two clients that have nothing to
// do with it measure what they notice.
//
//   node stall.js URL PID QUEUE_BYTES [SECONDS]
//
// URL and PID are those of a p2p-server on this machine that was started with
// `--set queue.bytes=QUEUE_BYTES`. Resident memory is read from /proc, where there
// is one. Flooder and receivers are a process of their own with a lower priority:
// on another machine they would not compete for this one's cores.
'use strict';

const { fork } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const { createRequire } = require('node:module');
const { setImmediate } = require('node:timers/promises');
const { KINDS, connect } = require('./clients');
const { client } = require('./plugin');

const MIB = 1 << 20;
const RECEIVERS = 4;
const MESSAGE = 64 << 10;
const LATER = 5;
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
  os.setPriority(LATER);
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
  return times.sort((x, y) => x - y);
}

const percentile = (times, p) => times[Math.floor((times.length - 1) * p)];
const mib = (bytes) => `${(bytes / MIB).toFixed(1)} MiB`;
const print = (line) => process.stdout.write(`${line}\n`);

async function main(url, pid, queueBytes, seconds) {
  const [a, b] = await Promise.all([client(url, kind, 'a'), client(url, kind, 'b')]);
  b.on('ask', (n, ack) => ack(n));
  await roundTrips(a, b, 1);
  const before = memory(pid);
  const quiet = await roundTrips(a, b, seconds);

  const flooder = fork(__filename, ['flood', url]);
  await once(flooder, 'message');
  let peak = 0;
  const sampling = setInterval(() => { peak = Math.max(peak, memory(pid)); }, 20);
  const flooded = await roundTrips(a, b, seconds);
  clearInterval(sampling);
  flooder.send('stop');
  const [{ sent, closed }] = await once(flooder, 'message');
  await once(flooder, 'exit');
  await roundTrips(a, b, 1);
  const after = memory(pid);

  print(`flood: ${sent} messages of ${MESSAGE} bytes in ${seconds} s, ${mib(sent * MESSAGE / seconds)}/s`);
  print(`receivers that do not read: ${RECEIVERS} at a time, ${closed} closed`);
  print('');
  print('others           quiet      flood   ratio');
  const row = (name, p) => {
    const [x, y] = [percentile(quiet, p), percentile(flooded, p)];
    print(`${name.padEnd(10)} ${x.toFixed(3).padStart(8)} ms ${y.toFixed(3).padStart(7)} ms ${(y / x).toFixed(2).padStart(7)}`);
  };
  row('p50', 0.5);
  row('p99', 0.99);
  print(`answers    ${String(quiet.length).padStart(11)} ${String(flooded.length).padStart(10)}   all, in order`);
  print('');
  print(`server memory: ${mib(before)} before, ${mib(peak)} at most, ${mib(after)} after`);
  print(`bound of the queues: ${RECEIVERS} x ${mib(queueBytes)} = ${mib(RECEIVERS * queueBytes)}`);
  if (peak - before > 2 * RECEIVERS * queueBytes) throw new Error('the memory is beyond the bound');
  if (closed === 0) throw new Error('no receiver was closed');
}

if (process.argv[2] === 'flood') {
  flood(process.argv[3]).then(() => process.exit(0));
} else {
  const [url, pid, queueBytes, seconds = '10'] = process.argv.slice(2);
  main(url, pid, Number(queueBytes), Number(seconds))
    .then(() => process.exit(0), (error) => { print(error.stack); process.exit(1); });
}
