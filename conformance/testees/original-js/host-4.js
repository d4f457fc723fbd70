// The plugin on Socket.IO 4.8 (Engine.IO 4, and 3 because `allowEIO3` is on).
'use strict';

const { Server } = require('socket.io-4');
const { serve } = require('./host');

/**
 * The one thing without which the plugin cannot run on Socket.IO 3 and later.
 *
 * At every connection and for every target the plugin lists `io.sockets.connected`,
 * in Socket.IO 2 a plain object from socket id to socket. Socket.IO 3 replaced it
 * by the map `io.sockets.sockets`, so the first connection would throw. A getter
 * gives the same view of the same sockets; both versions add a socket before
 * `connect` and drop it before `disconnect`, which the plugin relies on.
 *
 * Whatever else differs between the two versions is left as it is: to show what it
 * does to clients is what the suite is for.
 */
function restoreConnectedSockets(io) {
  Object.defineProperty(io.sockets, 'connected', {
    get() {
      return Object.fromEntries(this.sockets);
    },
  });
  return io;
}

serve((httpServer, engine) =>
  restoreConnectedSockets(
    new Server(httpServer, { serveClient: false, allowEIO3: true, ...engine }),
  ),
);
