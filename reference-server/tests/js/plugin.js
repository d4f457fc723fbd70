// Clients with the original plugin on them, and how their tests are run.
'use strict';

const { p2pClientPlugin } = require('@gigasource/socket.io-p2p-plugin');
const { connect, describe } = require('./clients');

/** All tests together take a fraction of it, unless something does not come. */
const DEADLINE_MS = 120_000;

let names = 0;

/** A name that nobody else has. */
function unique(what) {
  return `${what}-${++names}`;
}

/** A connected client with the plugin on it. */
async function client(url, kind, role) {
  const id = unique(`${role}-${kind.name}`);
  return p2pClientPlugin(await connect(url, kind, id), id);
}

/** Resolves with what a bare event is answered. */
function ask(socket, ...args) {
  return new Promise((resolve) => socket.emit(...args, (...answer) => resolve(answer)));
}

/**
 * Proves that the plugin has sent, and the server has done, what this client was
 * to do: it asks once before it acts, so whatever it does then is sent before the
 * second question.
 */
async function settled(socket) {
  await ask(socket, 'LIST_CLIENTS');
  await ask(socket, 'LIST_CLIENTS');
}

/** Runs tests one after another and ends the process. */
async function run(tests, deadline = DEADLINE_MS) {
  // The plugin reports every SERVER_ERROR there; these tests provoke some.
  console.error = () => {};
  for (const event of ['unhandledRejection', 'uncaughtException']) {
    process.on(event, (error) => { describe(error); process.exit(1); });
  }
  let running = 'nothing';
  setTimeout(() => { describe(`${running} hangs`); process.exit(1); }, deadline).unref();
  let failed = 0;
  for (const [name, test] of tests) {
    running = name;
    const start = Date.now();
    try {
      await test();
      describe(`ok ${name} (${Date.now() - start} ms)`);
    } catch (error) {
      failed += 1;
      describe(`FAILED ${name}: ${error && error.stack ? error.stack : error}`);
    }
  }
  process.exit(failed > 0 ? 1 : 0);
}

module.exports = { ask, client, run, settled, unique };
