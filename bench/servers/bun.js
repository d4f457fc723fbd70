// The same relay on Bun and the engine that Socket.IO documents for it.
'use strict';

const { Server } = require('socket.io');
const { Server: Engine } = require('@socket.io/bun-engine');
const relay = require('./relay');

const io = new Server();
const engine = new Engine({ path: '/socket.io/' });
io.bind(engine);
relay(io);
const { fetch, websocket, idleTimeout } = engine.handler();
const server = Bun.serve({ hostname: '127.0.0.1', port: 0, idleTimeout, fetch, websocket });
console.log(`listening on http://127.0.0.1:${server.port}/socket.io/`);
