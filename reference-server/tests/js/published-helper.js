// Loaded by mocha before the client test files of the published plugin. Those
// files are run as npm installs them, with their waits and their assertions; only the
// server that their helper starts is replaced, so that their clients talk to
// p2p-server.
//
// P2P_SERVERS  URLs of running servers, separated by commas: one for each file
// P2P_CLIENT   the package that stands for `socket.io-client`, if not that one
'use strict';

const dns = require('node:dns');
const Module = require('node:module');

const PLUGIN = '@gigasource/socket.io-p2p-plugin';

const servers = process.env.P2P_SERVERS.split(',').map((url) => new URL(url));
const clientPackage = process.env.P2P_CLIENT ?? 'socket.io-client';
const helper = require.resolve(`${PLUGIN}/test/mocha/common.js`);
const serverPlugin = require.resolve(`${PLUGIN}/src/p2p-server-plugin.js`);

// The helper's clients connect to `localhost`, and p2p-server listens on 127.0.0.1.
dns.setDefaultResultOrder('ipv4first');

const load = Module._load;
let substitute;

Module._load = function loadWithSubstitutes(request, parent, isMain) {
  if (request === 'socket.io-client') return load(clientPackage, module, false);
  const filename = request.startsWith('.') && Module._resolveFilename(request, parent);
  // Nothing of the original server may run by mistake.
  if (filename === serverPlugin) return () => { throw new Error('the original server is not to be used'); };
  if (filename !== helper) return load(request, parent, isMain);
  substitute ??= substituteFor(load(request, parent, isMain));
  return substitute;
};

/** The helper with another server; its clients, their ends and its waits stay its own. */
function substituteFor(original) {
  let port;
  return {
    ...original,
    startServer() {
      const server = servers.shift();
      if (!server) throw new Error('more servers are asked for than P2P_SERVERS names');
      port = server.port;
    },
    // The test that started the servers ends them.
    stopServer() {},
    startClients: (count, serverPort) => original.startClients(count, serverPort ?? port),
    startServiceClients() { throw new Error('it starts clients on a port of its own'); },
    getCurrentServerPort: () => port,
  };
}
