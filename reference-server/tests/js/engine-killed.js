// A client on polling is killed: node engine-killed.js URL [v2]
// Its linked peer is told at once, and a client that comes back under its id is served.
'use strict';

const { fork } = require('child_process');
const { KINDS, connect, describe, received } = require('./clients');

/** How long the peer may wait. Both originals take a fraction of it. */
const TOLD_WITHIN_MS = 3_000;
const DEADLINE_MS = 20_000;

const [url, name = 'v', id] = process.argv.slice(2);

/** How long it takes until a client polls again. The libraries have no event that says so. */
const POLLS_WITHIN_MS = 150;

/**
 * The process that is killed, while it polls: between two polls nobody could see it, on no
 * server.
 */
async function victim() {
  const kind = KINDS.find((one) => one.name === name);
  await connect(url, kind, id, (socket) => socket.on('ADD_TARGET', (who, ack) => ack()));
  process.on('message', () => setTimeout(() => process.send('polls'), POLLS_WITHIN_MS));
  process.send('up');
  // It does not outlive the test.
  process.on('disconnect', () => process.exit());
}

async function test(kind) {
  const mine = `victim-${kind.name}`;
  const child = fork(__filename, [url, kind.name, mine]);
  const says = (what) => new Promise((resolve, reject) => {
    const ended = (code) => reject(new Error(`the victim ended by itself, code ${code}`));
    child.once('exit', ended);
    child.once('message', (said) => {
      child.off('exit', ended);
      if (said === what) resolve(); else reject(new Error(`the victim says ${said}`));
    });
  });
  await says('up');
  const watcher = await connect(url, kind, `watcher-${kind.name}`);
  await new Promise((resolve) => watcher.emit('ADD_TARGET', mine, resolve));
  child.send('do you poll?');
  await says('polls');
  const told = received(watcher, 'TARGET_DISCONNECT');
  const start = Date.now();
  child.kill('SIGKILL');
  const [who] = await told;
  const took = Date.now() - start;
  if (who !== mine) throw new Error(`told of ${who}`);
  if (took > TOLD_WITHIN_MS) throw new Error(`told after ${took} ms`);

  const back = await connect(url, kind, mine);
  const ids = await new Promise((resolve) => back.emit('LIST_CLIENTS', resolve));
  if (!ids.includes(mine)) throw new Error(`listed are ${ids}`);
  for (const socket of [watcher, back]) socket.disconnect();
}

async function main() {
  setTimeout(() => { describe('hangs'); process.exit(1); }, DEADLINE_MS);
  const kinds = KINDS.filter((kind) => kind.endsOn === 'polling' && kind.name.startsWith(name));
  const passed = await Promise.all(kinds.map(async (kind) => {
    try { await test(kind); describe(`ok ${kind.name}`); return true; }
    catch (error) { describe(`FAILED ${kind.name}: ${error.message}`); return false; }
  }));
  process.exit(passed.every(Boolean) ? 0 : 1);
}

(id ? victim() : main()).catch((error) => { describe(error); process.exit(1); });
