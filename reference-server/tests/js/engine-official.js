// An official server to compare ours with: node engine-official.js 2|4
// It knows as little of the protocol as the checks need: who is there, and who is linked.
'use strict';

const http = require('http');

const server = http.createServer((request, response) => response.writeHead(404).end());
const io = process.argv[2] === '2'
  ? require('socket.io')(server, { origins: '*:*' })
  : new (require('socket.io-4').Server)(server, { allowEIO3: true, cors: { origin: true } });

const clients = new Map();

io.on('connection', (socket) => {
  const id = socket.handshake.query.clientId;
  const watchers = new Set();
  if (id !== undefined) {
    if (clients.has(id)) { socket.disconnect(true); return; }
    clients.set(id, { socket, watchers });
  }
  socket.on('disconnect', () => {
    if (id !== undefined && clients.get(id).socket === socket) clients.delete(id);
    for (const watcher of watchers) watcher.emit('TARGET_DISCONNECT', id);
  });
  socket.on('LIST_CLIENTS', (ack) => ack([...clients.keys()]));
  socket.on('ADD_TARGET', (target, ack) => {
    const found = clients.get(target);
    if (!found) return;
    found.watchers.add(socket);
    ack();
  });
});

server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}/socket.io/`);
});
