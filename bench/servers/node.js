// A bare relay on Socket.IO 4 and ws: the events of dialect 2 that are measured.
'use strict';

const { createServer } = require('node:http');
const { Server } = require('socket.io');
const relay = require('./relay');

const http = createServer();
relay(new Server(http, { perMessageDeflate: false, serveClient: false }));
http.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${http.address().port}/socket.io/`);
});
