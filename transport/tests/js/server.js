// A Socket.IO server to test the transport against.
//
//   node server.js <2|4> [JSON options of the server]
//
// Prints {"port":N} when it listens, then one JSON line for everything worth telling: "connect",
// "disconnect" with Socket.IO's reason, "close" with the engine's. Ends when its input ends, so
// that it cannot outlive the test. What a client may ask of it are the events below.
'use strict';

const [major, options] = [process.argv[2], JSON.parse(process.argv[3] || '{}')];
const { Server } = require(`socket.io-${major}`);
const http = require('http').createServer();

const tell = (what, more) => console.log(JSON.stringify({ what, ...more }));
const asked = (request) => new URL(request.url, 'http://x').searchParams;

options.allowRequest = (request, decide) => {
  const forbidden = asked(request).has('forbid');
  decide(forbidden ? (major === '2' ? 4 : 'forbidden') : null, !forbidden);
};
const io = major === '2' ? require('socket.io-2')(http, options) : new Server(http, options);

// The WebSocket under a connection, for what no well-behaved server would send.
const wire = (socket) => socket.conn.transport.socket;

function serve(socket) {
  const { query, headers, auth } = socket.handshake;
  const client = query.client;
  tell('connect', { client });
  socket.on('disconnect', (reason) => tell('disconnect', { client, reason }));
  socket.conn.on('close', (reason) => tell('close', { client, reason }));
  socket.emit('welcome', { query, auth, header: headers['x-test'], namespace: socket.nsp.name });

  const on = (name, act) => socket.on(name, (...args) => act(...args));
  // Answers with what came.
  on('echo', (...args) => args.pop()(...args));
  // Sends back what came, as an event.
  on('back', (...args) => socket.emit('back', ...args));
  // Asks the client, and tells it what it answered.
  on('ask', (...args) => {
    socket.emit('question', ...args, (...answers) => socket.emit('answered', ...answers));
  });
  on('many', (count, size) => {
    for (let i = 0; i < count; i++) socket.emit('item', i, 'x'.repeat(size));
  });
  on('raw', (...frames) => frames.forEach((frame) => wire(socket).send(frame)));
  on('leave', () => socket.disconnect());
  on('leave and close', () => socket.disconnect(true));
  on('close engine', () => socket.conn.close());
  on('close websocket', (code, reason) => wire(socket).close(code, reason));
  on('cut', () => wire(socket).terminate());
  on('reset', () => wire(socket)._socket.resetAndDestroy());
  on('deaf', () => wire(socket)._socket.pause());
}

io.use((socket, next) => next(asked(socket.request).has('refuse') ? new Error('not you') : undefined));
io.on('connection', serve);

const admin = io.of('/admin');
admin.use((socket, next) => {
  const { auth, query } = socket.handshake;
  if (((auth && auth.token) || query.token) === 'secret') return next();
  const error = new Error('bad token');
  error.data = { needed: 'token' };
  next(error);
});
admin.on('connection', serve);

http.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: http.address().port })));
process.stdin.on('end', () => process.exit()).resume();
