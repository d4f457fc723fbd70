// Clients that ask for subprotocols, on WebSocket alone:
// node engine-protocols.js URL [v2]
// The first is taken; a client that gets no answer to its question ends the connection.
'use strict';

const { KINDS, describe } = require('./clients');

async function test(kind) {
  const socket = kind.io(process.argv[2], {
    query: { clientId: `protocols-${kind.name}` }, forceNew: true, reconnection: false,
    transports: ['websocket'], protocols: ['my-v1', 'my-v0'],
  });
  await new Promise((resolve, reject) => {
    socket.on('connect', resolve);
    socket.on('connect_error', reject);
  });
  await new Promise((resolve) => socket.emit('LIST_CLIENTS', resolve));
  socket.disconnect();
}

async function main() {
  setTimeout(() => { describe('hangs'); process.exit(1); }, 20_000);
  const wanted = ({ name }) => name.startsWith(process.argv[3] || 'v') && name.endsWith('-websocket');
  for (const kind of KINDS.filter(wanted)) await test(kind);
  process.exit(0);
}

main().catch((error) => { describe(error); process.exit(1); });
