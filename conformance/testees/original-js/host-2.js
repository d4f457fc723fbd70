// The plugin on Socket.IO 2.5 (Engine.IO 3), the version it was written for.
'use strict';

const createServer = require('socket.io-2');
const { serve } = require('./host');

serve((httpServer, engine) => createServer(httpServer, { serveClient: false, ...engine }));
