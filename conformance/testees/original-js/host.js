// What both hosts share: options, the HTTP listener, the ready line, signals.
//
// Nothing here catches an exception of the plugin. The suite must see a crash as
// a crash: an uncaught exception ends the process with a non-zero code.
'use strict';

const http = require('node:http');
const { parseArgs } = require('node:util');
const { p2pServerPlugin } = require('@gigasource/socket.io-p2p-plugin');
const { messageStore, provideHost } = require('./conformance');

/** Ends the process because of how it was called: one sentence, exit code 2. */
function refuse(sentence) {
  console.error(`error: ${sentence}`);
  process.exit(2);
}

/** Reads the command line. */
function options() {
  try {
    const { values } = parseArgs({
      options: {
        listen: { type: 'string', default: '127.0.0.1:0' },
        'client-overwrite': { type: 'boolean', default: false },
        heartbeat: { type: 'string' },
      },
    });
    return values;
  } catch (error) {
    return refuse(error.message);
  }
}

/** Splits `HOST:PORT`; a host in brackets is an IPv6 address. */
function address(listen) {
  const parts = /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(listen);
  if (!parts || Number(parts[3]) > 65535) {
    refuse(`--listen takes HOST:PORT, for example 127.0.0.1:0, and got '${listen}'`);
  }
  return { host: parts[1] ?? parts[2], port: Number(parts[3]) };
}

/**
 * The options of Engine.IO for `INTERVAL,TIMEOUT` in milliseconds; without them those of
 * Socket.IO stay in force.
 */
function heartbeat(given) {
  if (given === undefined) return {};
  const parts = /^(\d{1,7}),(\d{1,7})$/.exec(given);
  if (!parts) refuse(`--heartbeat takes INTERVAL,TIMEOUT in milliseconds, and got '${given}'`);
  return { pingInterval: Number(parts[1]), pingTimeout: Number(parts[2]) };
}

/**
 * Serves the plugin and prints one JSON line when clients can connect.
 *
 * @param attach takes the HTTP server and options of Engine.IO, and returns the
 *   Socket.IO server on it, ready for the plugin.
 */
function serve(attach) {
  const given = options();
  const server = http.createServer();
  // The plugin's defaults stay in force, but for the store of persistent messages; the
  // one option that changes the wire can be set from outside.
  const plugin = p2pServerPlugin(attach(server, heartbeat(given.heartbeat)), {
    clientOverwrite: given['client-overwrite'],
    ...messageStore(),
  });
  provideHost(plugin);

  const unreachable = (error) => {
    const why = error.code === 'EADDRINUSE' ? 'the port is in use' : error.message;
    refuse(`cannot listen on ${given.listen}: ${why}`);
  };
  server.once('error', unreachable);
  server.listen(address(given.listen), () => {
    server.off('error', unreachable);
    const { address: ip, port, family } = server.address();
    const host = family === 'IPv6' ? `[${ip}]` : ip;
    console.log(JSON.stringify({ listening: `http://${host}:${port}` }));
  });

  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit(0));
}

module.exports = { serve };
